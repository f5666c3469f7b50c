"""Reconciliations: a department's whole file held against the record, nothing written into it."""
