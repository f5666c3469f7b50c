"""Saved mappings, by organisation."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

import asyncpg
import orjson

from services.common.database import Connection
from services.registry.domain.imports.mappings import MappingNameTaken, SavedMapping

_SELECTED: Final = "id, version, name, domain, columns::text, updated_at"

ADD: Final = f"""
insert into import_mappings (organisation, id, name, domain, columns, created_by)
values ($1, $2, $3, $4, $5, $6) returning {_SELECTED}
"""
ONE: Final = f"select {_SELECTED} from import_mappings where organisation = $1 and id = $2"
HOLD: Final = f"{ONE} for update"
PAGE: Final = f"""
select {_SELECTED} from import_mappings where organisation = $1 and id > $2 order by id limit $3
"""
CHANGE: Final = f"""
update import_mappings set version = version + 1, name = $3, columns = $4, updated_at = now()
where organisation = $1 and id = $2 returning {_SELECTED}
"""
REMOVE: Final = "delete from import_mappings where organisation = $1 and id = $2"


async def add(  # noqa: PLR0913 — the columns of a row
    connection: Connection,
    organisation: str,
    mapping_id: UUID,
    *,
    name: str,
    domain: str,
    columns: Mapping[str, str],
    by: str,
) -> SavedMapping:
    """Keep a mapping.

    Raises:
        MappingNameTaken: The organisation has another of this name.
    """
    text = orjson.dumps(columns).decode()
    try:
        row = await connection.fetchrow(ADD, organisation, mapping_id, name, domain, text, by)
    except asyncpg.UniqueViolationError as exc:
        raise MappingNameTaken from exc
    return _mapping(row)


async def one(
    connection: Connection, organisation: str, mapping_id: UUID, *, held: bool = False
) -> SavedMapping | None:
    """A mapping of an organisation; with `held`, locked until the transaction ends."""
    row = await connection.fetchrow(HOLD if held else ONE, organisation, mapping_id)
    return _mapping(row) if row else None


async def page(
    connection: Connection, organisation: str, after: UUID, limit: int
) -> list[SavedMapping]:
    """Mappings of an organisation, oldest first."""
    return [_mapping(row) for row in await connection.fetch(PAGE, organisation, after, limit)]


async def change(
    connection: Connection,
    organisation: str,
    mapping_id: UUID,
    *,
    name: str,
    columns: Mapping[str, str],
) -> SavedMapping:
    """Write a mapping that is held.

    Raises:
        MappingNameTaken: The organisation has another of this name.
    """
    text = orjson.dumps(columns).decode()
    try:
        row = await connection.fetchrow(CHANGE, organisation, mapping_id, name, text)
    except asyncpg.UniqueViolationError as exc:
        raise MappingNameTaken from exc
    return _mapping(row)


async def remove(connection: Connection, organisation: str, mapping_id: UUID) -> None:
    """Forget a mapping; imports that used it keep its id and version."""
    await connection.execute(REMOVE, organisation, mapping_id)


def _mapping(row: Any) -> SavedMapping:
    return SavedMapping(
        row["id"],
        row["version"],
        row["name"],
        row["domain"],
        orjson.loads(row["columns"]),
        row["updated_at"],
    )
