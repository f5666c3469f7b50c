"""Webhooks: where events may be sent, how they are signed, and when a failed one is tried again."""
