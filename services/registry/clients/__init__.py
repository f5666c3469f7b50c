"""What the registry calls over HTTP."""
