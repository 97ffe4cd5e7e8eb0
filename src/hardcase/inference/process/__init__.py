"""The child process that runs a model for us, and what is said between it and us."""
