"""Rows on their way from a file into the record, sealed together in packs.

Names, numbers and health data do not lie in the clear beside the record that seals them, and a row
sealed alone costs more than it takes to read it: the rows of one step are one sealed value. Beside
it stand, by row, the blind index of the identity number and the day, which is all that is needed to
find rows that repeat a person. Once a pack is recorded only what became of its rows is left.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import orjson

from services.common.database import Connection
from services.common.sealing import Sealer
from services.registry.domain.imports.jobs import Job
from services.registry.domain.imports.outcomes import DUPLICATE, REJECTED
from services.registry.domain.imports.rows import ImportRow
from services.registry.store import sealed

ADD: Final = """
insert into import_packs (county, import_id, last_row, row_nos, persons, days, refused, sealed)
values ($1, $2, $3, $4, $5, $6, $7, $8)
"""
# Of several rows about one person the newest counts; of rows of one day the first.
MARK_DUPLICATES: Final = """
with ranked as (
    select p.last_row, r.row_no,
        row_number() over (partition by r.person order by r.day desc, r.row_no) as place
    from import_packs p, unnest(p.row_nos, p.persons, p.days) as r (row_no, person, day)
    where p.county = $1 and p.import_id = $2),
repeated as (
    select last_row, array_agg(row_no) as row_nos from ranked where place > 1 group by last_row),
marked as (
    update import_packs p set duplicates = r.row_nos from repeated r
    where p.county = $1 and p.import_id = $2 and p.last_row = r.last_row
    returning cardinality(p.duplicates) as size)
select coalesce(sum(size), 0) from marked
"""
NEXT: Final = """
select last_row, row_nos, persons, days, refused, duplicates, sealed from import_packs
where county = $1 and import_id = $2 and last_row > $3 order by last_row limit 1
"""
APPLIED: Final = """
update import_packs set row_nos = $4, outcomes = $5, sealed = null,
    persons = '{}', days = '{}', refused = '{}', duplicates = '{}'
where county = $1 and import_id = $2 and last_row = $3
"""
OUTCOMES: Final = """
select r.row_no, r.outcome
from import_packs p, unnest(p.row_nos, string_to_array(p.outcomes, null)) as r (row_no, outcome)
where p.county = $1 and p.import_id = $2 and p.last_row > $3 and r.row_no > $3
    and ($4::text is null or position($4 in p.outcomes) > 0 and r.outcome = $4)
order by p.last_row, r.row_no limit $5
"""
# What was not recorded is forgotten at once, what became of the others with the file.
CLEAR_OPEN: Final = """
delete from import_packs where county = $1 and import_id = $2 and outcomes is null
"""
CLEAR: Final = "delete from import_packs where county = $1 and import_id = $2"


@dataclass(frozen=True, slots=True)
class Pack:
    """Rows that were read and are recorded together.

    Attributes:
        last_row: Of the sheet; where the next pack begins.
        row_nos: Rows that can be recorded.
        persons: Blind indexes of their identity numbers.
        days: When each was true.
        refused: Rows that cannot be recorded.
        sealed: The rows that can be.
        duplicates: Which of them repeat a person.
    """

    last_row: int
    row_nos: Sequence[int]
    persons: Sequence[bytes]
    days: Sequence[date]
    refused: Sequence[int]
    sealed: bytes
    duplicates: Sequence[int] = ()

    @property
    def counted(self) -> list[tuple[int, bytes]]:
        """Number and person of the rows that count."""
        pairs = zip(self.row_nos, self.persons, strict=True)
        if not self.duplicates:
            return list(pairs)
        left_out = frozenset(self.duplicates)
        return [(row_no, person) for row_no, person in pairs if row_no not in left_out]


def seal(
    sealer: Sealer, job: Job, rows: Sequence[ImportRow], refused: Sequence[int], last_row: int
) -> Pack:
    """Rows as they are kept; blocking."""
    content = orjson.dumps(
        [
            [
                r.number,
                r.document,
                r.born_on,
                r.sex,
                r.name,
                r.observed_on or job.default_on,
                r.values,
            ]
            for r in rows
        ]
    )
    index = sealer.blind_index
    field = f"document:{sealed.RESIDENT_ID}"
    return Pack(
        last_row,
        [row.number for row in rows],
        [index(field, row.document) for row in rows],
        [row.observed_on or job.default_on for row in rows],
        refused,
        sealer.seal(content.decode(), _context(job, last_row)),
    )


def unseal(sealer: Sealer, job: Job, pack: Pack) -> list[ImportRow]:
    """The rows of a pack that count; each has a day. Blocking."""
    content: list[list[Any]] = orjson.loads(sealer.open(pack.sealed, _context(job, pack.last_row)))
    left_out = frozenset(pack.duplicates)
    day = date.fromisoformat
    return [
        ImportRow(number, document, day(born_on), sex, name, day(observed_on), values)
        for number, document, born_on, sex, name, observed_on, values in content
        if number not in left_out
    ]


async def add(connection: Connection, job: Job, pack: Pack) -> None:
    """Keep a pack."""
    await connection.execute(
        ADD,
        job.county,
        job.id,
        pack.last_row,
        pack.row_nos,
        pack.persons,
        pack.days,
        pack.refused,
        pack.sealed,
    )


async def mark_duplicates(connection: Connection, job: Job) -> int:
    """Mark all rows but one of each person; how many."""
    marked: int = await connection.fetchval(MARK_DUPLICATES, job.county, job.id)
    return marked


async def following(connection: Connection, job: Job, after: int) -> Pack | None:
    """The next pack to record, after a row of the sheet."""
    row = await connection.fetchrow(NEXT, job.county, job.id, after)
    return None if row is None else Pack(**row)


async def applied(
    connection: Connection, job: Job, pack: Pack, outcomes: Mapping[int, str]
) -> None:
    """Keep what became of each row, in place of the rows."""
    found = dict.fromkeys(pack.refused, REJECTED)
    found.update(dict.fromkeys(pack.duplicates, DUPLICATE))
    found.update(outcomes)
    numbers = sorted(found)
    letters = "".join(found[number] for number in numbers)
    await connection.execute(APPLIED, job.county, job.id, pack.last_row, numbers, letters)


async def outcomes_of(
    connection: Connection, job: Job, outcome: str | None, after: int, limit: int
) -> list[tuple[int, str]]:
    """Rows that were recorded or refused, after one, and what became of each."""
    rows = await connection.fetch(OUTCOMES, job.county, job.id, after, outcome, limit)
    return [(row["row_no"], row["outcome"]) for row in rows]


async def clear_open(connection: Connection, job: Job) -> None:
    """Forget the rows that were not recorded."""
    await connection.execute(CLEAR_OPEN, job.county, job.id)


async def clear(connection: Connection, job: Job) -> None:
    """Forget what became of the rows."""
    await connection.execute(CLEAR, job.county, job.id)


def _context(job: Job, last_row: int) -> bytes:
    return b"import:" + job.id.bytes + last_row.to_bytes(4, "big")
