"""The authority matrix, and what is decided when sources disagree."""
