"""Decisions of the registry on plain values: standard library only, clock and ids as parameters."""
