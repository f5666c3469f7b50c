"""A row of a department's file, sealed alone, for those who keep rows and not packs.

A staged row is sealed whole: names, numbers and health data do not lie in the clear beside the
record that seals them. Its person is known by the blind index of the identity number only.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import orjson

from services.common.sealing import Sealer
from services.registry.domain.imports.jobs import Job
from services.registry.domain.imports.rows import ImportRow
from services.registry.store import sealed


@dataclass(frozen=True, slots=True)
class Staged:
    """A row in the staging table.

    Attributes:
        row_no: Place in the sheet, from 1.
        person: Blind index of the identity number.
        observed_on: Day the row was true.
        sealed: The whole row.
    """

    row_no: int
    person: bytes
    observed_on: date
    sealed: bytes


def seal(sealer: Sealer, job: Job, row: ImportRow) -> Staged:
    """A row as it is staged."""
    content = orjson.dumps(
        [row.document, row.born_on, row.sex, row.name, row.observed_on, row.values]
    )
    return Staged(
        row.number,
        sealed.document_index(sealer, sealed.RESIDENT_ID, row.document),
        row.observed_on or job.default_on,
        sealer.seal(content.decode(), _context(job, row.number)),
    )


def unseal(sealer: Sealer, job: Job, staged: Staged) -> ImportRow:
    """The row that was staged; its day is the staged one, so that it always has one."""
    content: Sequence[Any] = orjson.loads(sealer.open(staged.sealed, _context(job, staged.row_no)))
    document, born_on, sex, name, _, values = content
    return ImportRow(
        staged.row_no,
        document,
        date.fromisoformat(born_on),
        sex,
        name,
        staged.observed_on,
        values,
    )


def _context(job: Job, row_no: int) -> bytes:
    return b"import:" + job.id.bytes + row_no.to_bytes(4, "big")
