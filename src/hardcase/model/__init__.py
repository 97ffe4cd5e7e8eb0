"""What a labeling job is made of: plain data, no I/O, nothing of ours imported."""
