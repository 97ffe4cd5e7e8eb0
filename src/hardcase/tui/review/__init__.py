"""Quick review: all boxes of one label as tiles."""
