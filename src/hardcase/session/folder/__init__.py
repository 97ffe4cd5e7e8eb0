"""A job's folder: finding its images, and keeping in step with it."""
