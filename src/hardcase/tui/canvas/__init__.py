"""The canvas: one image with its boxes, in cells."""
