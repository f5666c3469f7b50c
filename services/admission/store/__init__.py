"""Every SQL statement of admission."""
