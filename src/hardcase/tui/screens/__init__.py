"""The places of the app: the list of jobs and a job."""
