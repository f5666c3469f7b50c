"""Changing areas, carrying records along, posts, boundaries, findings."""
