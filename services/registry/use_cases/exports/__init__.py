"""Exports: asked for, written as one snapshot, fetched, deleted in time."""
