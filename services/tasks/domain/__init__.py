"""Decisions of the tasks service on plain values; the clock and ids are parameters."""
