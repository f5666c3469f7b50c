"""Reconciliations: accepted, read, compared, reported, applied."""
