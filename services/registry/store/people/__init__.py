"""Registering residents, and their documents: every statement."""
