"""Logs of a host process, without what PostgreSQL quotes of a row.

A constraint that somebody breaks is reported with the whole row (`Failing row contains (…)`), and
asyncpg puts that into the words of its exception: names, birthdays and dwellings would follow every
such trace into the log.
"""

import re
from functools import partial
from typing import Any, Final

import structlog

from services.common import telemetry

# The rest of what an exception says: of the JSON string it stands in, or up to the next trace.
_IN_JSON: Final = re.compile(r'(?:DETAIL|CONTEXT):(?:\\.|[^"\\])*')
_IN_TEXT: Final = re.compile(r"(?:DETAIL|CONTEXT):.*?(?=\n\n|\Z)", re.DOTALL)


def configure(*, json_lines: bool) -> None:
    """Send all logs to standard error, as `telemetry` says."""
    telemetry.configure(json_lines=json_lines)
    shorten = partial(_without_rows, _IN_JSON if json_lines else _IN_TEXT)
    structlog.configure(processors=[*structlog.get_config()["processors"], shorten])


def _without_rows(quoted: re.Pattern[str], _: Any, __: str, line: str) -> str:
    return quoted.sub("DETAIL: left out", line)
