"""Verifying an export that lies in a file."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from services.registry.domain.audit import checkpoints
from services.registry.domain.audit.faults import Report
from services.registry.domain.audit.verifying import Verifier

ALL_AGREES: Final = 0
FAULTS: Final = 1
NOT_JUDGED: Final = 2


def code_of(report: Report) -> int:
    """The exit code of a report."""
    if report.found:
        return FAULTS
    # Without a checkpoint nobody can tell a short chain from one whose end was cut off.
    return ALL_AGREES if report.checkpoints else NOT_JUDGED


def verify_file(
    file: Path, kept: Path | None, keys: Iterable[str], organisation: str | None = None
) -> Report:
    """Hold an export in a file against its chains and checkpoints.

    Args:
        file: The export.
        kept: Checkpoints from elsewhere; None believes those in the export.
        keys: Public keys that may have signed them.
        organisation: The one whose chain was exported; None when all were.

    Raises:
        OSError: A file cannot be read.
        KeyMalformed: A key is none.
    """
    known = [checkpoints.written(checkpoints.public_key(key)) for key in keys]
    verifier = Verifier(None if kept is None else _lines(kept), known, organisation)
    for line in _lines(file):
        verifier.take(line)
    return verifier.finish()


def _lines(file: Path) -> Iterator[bytes]:
    with file.open("rb") as opened:
        yield from opened
