"""Registering one resident, and keeping its documents."""
