"""Writing a resident who was not registered before."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.common.database import Connection

REGISTER = """
insert into residents (county, id, name, name_ko, name_pinyin, name_keys, sex, born_on,
    document_kind, document_sealed, document_index, residency, usual_language, household_id,
    relation, dwelling, observed_on, changed_by, change_reason)
values (left($12, 6), $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $13, $14, $15, $12, $16, $17,
    $18)
"""
IDENTIFY = """
insert into identifiers (kind, index, county, resident_id)
select $1, index, $3, $4 from unnest($2::bytea[]) as index
on conflict do nothing returning true
"""
# The holder is told to those alone in whose areas it is.
HOLDER = """
select r.id, r.dwelling ^@ any ($3) as is_visible from identifiers i
join residents r on (r.county, r.id) = (i.county, i.resident_id)
where i.kind = $1 and i.index = $2
"""


@dataclass(frozen=True, slots=True)
class Sealed:
    """A document as it is stored.

    Attributes:
        kind: Of document.
        number: Sealed.
        index: What it is found by.
        others: What it is found by as well, while the index key rotates.
    """

    kind: str
    number: bytes
    index: bytes
    others: Sequence[bytes] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """A resident to be."""

    id: UUID
    name: str
    name_ko: str | None
    name_pinyin: str
    name_keys: Sequence[str]
    sex: str
    born_on: date | None
    document: Sealed | None
    residency: str
    dwelling: str
    usual_language: str | None
    household_id: UUID | None
    relation: str | None
    observed_on: date


async def register(connection: Connection, row: Row, by: str, why: str) -> bool:
    """Write a resident and whose document it is; False when that is another's."""
    paper = row.document
    await connection.execute(
        REGISTER,
        row.id,
        row.name,
        row.name_ko,
        row.name_pinyin,
        list(row.name_keys),
        row.sex,
        row.born_on,
        paper.kind if paper else None,
        paper.number if paper else None,
        paper.index if paper else None,
        row.residency,
        row.dwelling,
        row.usual_language,
        row.household_id,
        row.relation,
        row.observed_on,
        by,
        why,
    )
    return paper is None or await identify(connection, paper, row.dwelling[:6], row.id)


async def identify(connection: Connection, paper: Sealed, county: str, resident: UUID) -> bool:
    """Note whose document it is; False when it is another's."""
    indexes = [paper.index, *paper.others]
    noted = await connection.fetch(IDENTIFY, paper.kind, indexes, county, resident)
    return len(noted) == len(indexes)


async def holder(
    connection: Connection, kind: str, index: bytes, areas: Sequence[str]
) -> tuple[UUID, bool] | None:
    """Whose document it is, and whether that resident is in these areas."""
    row = await connection.fetchrow(HOLDER, kind, index, areas)
    return (row["id"], row["is_visible"]) if row else None
