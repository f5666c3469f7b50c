"""Imports: files as offices write them, staged rows, what is written of each."""
