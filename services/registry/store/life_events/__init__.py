"""Life events: every statement."""
