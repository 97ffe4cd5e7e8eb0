"""Auto-labeling runs: what is asked for, what they make, and what becomes of it."""
