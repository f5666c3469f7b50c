"""Reconciliations: jobs, the file's people on their way, and what was found."""
