"""Imports: accepted, read, merged, recorded, reported."""
