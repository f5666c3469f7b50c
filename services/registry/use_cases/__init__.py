"""What the registry does for its callers: one function, one intention, at most one transaction."""
