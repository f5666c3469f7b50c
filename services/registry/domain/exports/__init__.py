"""Exports: which residents and fields leave the registry as a file, for whom, on what ground."""
