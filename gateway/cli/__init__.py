"""`onegrid`: the command an operator types."""

from gateway.cli.main import main

__all__ = ["main"]
