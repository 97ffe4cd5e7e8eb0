"""The gallery: pages of thumbnails."""
