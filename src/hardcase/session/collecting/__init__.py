"""Collection and filtering: new images of a drop folder that join a job if they are hard."""
