"""`onegrid`: the command an operator types."""

import warnings

# The embedded server's wheel asks for a runtime folder while it is imported; on a machine without a
# login session that prints a warning which would be the first thing a newcomer reads.
warnings.filterwarnings("ignore", message="XDG_RUNTIME_DIR")

from gateway.cli.main import main  # noqa: E402 — after the filter, for the reason above

__all__ = ["main"]
