"""Exports: jobs, their files, the rows they read and the register of what was provided."""
