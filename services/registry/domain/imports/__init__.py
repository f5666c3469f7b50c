"""Imports of departments' files: columns, cells, rows, jobs."""
