"""Every SQL statement of the identity rooms."""
