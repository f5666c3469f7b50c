"""The residents of an export: read through a cursor, opened column by column.

A chunk is turned into columns and each column is treated as a whole: Parquet wants it so, and it
costs less than an object for each resident.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import Any, Final, TypeAlias
from uuid import UUID

import asyncpg
import orjson

from services.common.database import Connection
from services.common.sealing import Sealer
from services.registry.domain import masking
from services.registry.domain.catalogue import Field
from services.registry.domain.filters import Filter
from services.registry.domain.readings import Reading
from services.registry.store import filters, sealed

Row: TypeAlias = asyncpg.Record
Column: TypeAlias = list[Any]

_SNAPSHOT_S: Final = 3600
_IDLE_S: Final = 900
_CURSOR: Final = "export_{}"

# Between two chunks, and while a workbook is packed, the snapshot only waits.
PATIENCE = f"""
set local statement_timeout = '{_SNAPSHOT_S}s';
set local idle_in_transaction_session_timeout = '{_IDLE_S}s'
"""
COUNT = "select count(*) from (select from residents r where {} limit ${}) c"
# Declared, and not a portal of the driver: the planner then prefers the plan that gives its first
# rows soon, which walks the index of dwellings and sorts nothing.
DECLARE = """
declare {} no scroll cursor for
select r.county, r.id, {} from residents r where {} order by r.county, r.dwelling, r.id
"""
ACCESS = """
insert into accesses (county, resident_id, reader, reader_name, role, organisation, purpose,
    operation, request_id, fields)
select g.county, g.id, $1, $2, $3, $4, $5, $6, $7, $8
from unnest($9::text[], $10::uuid[]) as g (county, id)
"""


class Extract:
    """How the fields of one export are read.

    Args:
        fields: In the order of the columns.
        sealer: Opens what is sealed.
    """

    def __init__(self, fields: Sequence[Field], sealer: Sealer) -> None:
        self._sealer = sealer
        self._fields = tuple(fields)
        self._codes = [field.code for field in fields]
        self.selected = ", ".join([*(_expression(field) for field in fields), "r.disputed"])

    def columns(self, rows: Sequence[Row]) -> list[Column]:
        """The id, each field, and which of them are disputed; blocking: opening takes time."""
        raw: Iterator[tuple[Any, ...]] = zip(*rows, strict=True)
        next(raw)
        ids = next(raw)
        found: list[Column] = [[str(i) for i in ids]]
        for field in self._fields:
            values = next(raw)
            kinds = next(raw) if field.code == "document" else None
            found.append(self._column(field, ids, values, kinds))
        found.append([self._disputed(codes) for codes in next(raw)])
        return found

    def _disputed(self, codes: Sequence[str] | None) -> list[str] | None:
        """Those of the fields that are written, or None."""
        return [code for code in self._codes if code in codes] or None if codes else None

    def _column(
        self,
        field: Field,
        ids: Sequence[UUID],
        values: Sequence[Any],
        kinds: Sequence[str | None] | None,
    ) -> Column:
        if kinds is not None:
            return [self._document(*each) for each in zip(ids, kinds, values, strict=True)]
        if field.code == "phone":
            return [self._phone(*each) for each in zip(ids, values, strict=True)]
        if field.is_fact and field.is_sealed:
            read = _typed(field.type)
            opened = (self._fact(field.code, *each) for each in zip(ids, values, strict=True))
            return [None if value is None else read(value) for value in opened]
        read = _READERS.get(field.type, _as_it_is) if field.is_fact else _core(field.type)
        return [None if value is None else read(value) for value in values]

    def _document(self, resident_id: UUID, kind: str | None, secret: bytes | None) -> str | None:
        if secret is None or kind is None:
            return None
        return masking.document(kind, sealed.open_document(self._sealer, resident_id, secret))

    def _phone(self, resident_id: UUID, secret: bytes | None) -> str | None:
        if secret is None:
            return None
        return masking.phone(sealed.open_phone(self._sealer, resident_id, secret))

    def _fact(self, code: str, resident_id: UUID, entry: str | None) -> Any:
        if entry is None:
            return None
        return sealed.open_fact(self._sealer, resident_id, code, orjson.loads(entry))


class Cursor:
    """The residents of one export, chunk by chunk, as they were in one instant.

    Args:
        connection: In a repeatable-read transaction of its own.
        name: Of the export, to tell its cursor from others of the session.
    """

    def __init__(self, connection: Connection, name: str) -> None:
        self._connection = connection
        self._name = _CURSOR.format(name)

    async def count(self, asked: Filter, own: Sequence[str], sealer: Sealer, most: int) -> int:
        """How many residents fit, but not above one more than `most`."""
        await self._connection.execute(PATIENCE)
        condition, arguments = _condition(asked, own, sealer)
        statement = COUNT.format(condition, len(arguments) + 1)
        found: int = await self._connection.fetchval(
            statement, *arguments, most + 1, timeout=_SNAPSHOT_S
        )
        return found

    async def open(
        self, extract: Extract, asked: Filter, own: Sequence[str], sealer: Sealer
    ) -> None:
        """Begin to read."""
        condition, arguments = _condition(asked, own, sealer)
        statement = DECLARE.format(self._name, extract.selected, condition)
        await self._connection.execute(statement, *arguments, timeout=_SNAPSHOT_S)

    async def next(self, limit: int, reading: Reading, fields: Sequence[str]) -> list[Row]:
        """The next residents; the accesses to them are recorded in the same transaction."""
        rows = await self._connection.fetch(
            f"fetch forward {int(limit)} from {self._name}", timeout=_SNAPSHOT_S
        )
        if rows:
            counties, ids = [r["county"] for r in rows], [r["id"] for r in rows]
            await self._connection.execute(ACCESS, *reading.columns, fields, counties, ids)
        return rows


def _condition(asked: Filter, own: Sequence[str], sealer: Sealer) -> tuple[str, list[Any]]:
    condition, arguments = filters.conditions(asked, sealer, 1)
    if not own:
        return condition, arguments
    arguments.append(list(own))
    return f"{condition} and r.facts ?| ${len(arguments)}::text[]", arguments


def _expression(field: Field) -> str:
    if field.code == "document":
        return "r.document_sealed, r.document_kind"
    if field.code == "phone":
        return "r.phone_sealed"
    if not field.is_fact:
        return f"r.{field.code}"
    if field.is_sealed:
        return f"r.facts ->> '{field.code}'"
    return f"r.facts -> '{field.code}' ->> 'value'"


def _as_it_is(value: Any) -> Any:
    return value


def _is_true(value: str) -> bool:
    return value == "true"


# A fact arrives as the text of its JSON value …
_READERS: Final[dict[str, Callable[[Any], Any]]] = {
    "date": date.fromisoformat,
    "integer": int,
    "decimal": float,
    "boolean": _is_true,
}


def _typed(type_: str) -> Callable[[Any], Any]:
    # … an opened one as the value itself, …
    return _READERS[type_] if type_ in {"date", "decimal"} else _as_it_is


def _core(type_: str) -> Callable[[Any], Any]:
    # … and a column in its own type.
    return str if type_ == "id" else _as_it_is
