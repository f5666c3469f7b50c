"""Households and memberships in time: every statement."""
