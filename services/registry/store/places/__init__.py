"""SQL of areas in time: changes and re-keying, posts, boundaries, findings."""
