"""Whistles, departments' report-in, what is placed on communities; refuses to rank people."""
