"""All boxes of many samples at once."""
