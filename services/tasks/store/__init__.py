"""Every SQL statement and every file of the tasks service."""
