"""What can be done on the job screen, one desk a concern: each holds the actions of its concern."""
