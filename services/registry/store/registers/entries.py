"""Entries of all registers in one table; a trigger refuses to change or delete any."""

from collections.abc import Sequence
from datetime import date
from typing import Any, Final, TypeAlias
from uuid import UUID

import asyncpg
import orjson

from services.common.database import Connection
from services.common.errors import VersionIsStale
from services.registry.domain.officers import Officer
from services.registry.domain.registers.entries import Draft

Row: TypeAlias = asyncpg.Record

_VIEW: Final = """
(e.content || jsonb_build_object('id', e.entry, 'version', e.version, 'area', e.area,
    'valid_from', e.valid_from, 'valid_until', e.valid_until,
    'standing', e.valid_from <= $1 and (e.valid_until is null or e.valid_until > $1),
    'reason', e.reason, 'entered_by', e.entered_by_name,
    'entered_organisation', e.entered_organisation,
    'entered_at', to_char(e.entered_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
    ))::text
"""
# What concerns an area inside the caller's, or one around it. `$4` narrows a department to the
# agreements in which it receives or provides (`$5`).
_SEEN: Final = """
e.register = $2
    and exists (select from unnest($3::text[]) a (area)
        where e.area ^@ a.area or a.area ^@ e.area)
    and ($4::text is null or e.receiver = $4 or e.content ->> 'provider_domain' = any ($5))
"""
PAGE: Final = f"""
select e.entry, {_VIEW} as view from register_entries e
where {_SEEN} and e.entry < $6
    and not exists (select from register_entries n
        where n.entry = e.entry and n.version > e.version)
order by e.entry desc limit $7
"""
VERSIONS: Final = f"""
select e.version, e.area, {_VIEW} as view from register_entries e
where {_SEEN} and e.entry = $6 order by e.version desc
"""
ADD: Final = """
insert into register_entries (register, entry, version, area, valid_from, valid_until, content,
    reason, entered_by, entered_by_name, entered_organisation)
values ($1, $2, $3, $4, $5, $6, $7::jsonb, $8, $9, $10, $11)
on conflict do nothing returning version
"""
DEPARTMENTS: Final = """
select code, area, domain from organisations where domain is not null and area ^@ $1 order by code
"""
ENTER_DEMO: Final = """
insert into register_entries (register, entry, version, area, valid_from, content, entered_by,
    entered_by_name, entered_organisation)
select 'sharing_agreement', entry, 1, area, date '2026-01-01', content, 'demo', '示例', area
from unnest($1::uuid[], $2::text[], $3::jsonb[]) d (entry, area, content)
on conflict do nothing
"""
IS_ORGANISATION: Final = "select exists (select from organisations where code = $1)"


async def page(
    connection: Connection, sight: Sequence[Any], today: date, before: UUID, limit: int
) -> list[Row]:
    """The newest version of each entry somebody may see, newest entry first.

    Args:
        connection: For reading.
        sight: Register, areas, and a department's organisation and domains (None for all).
        today: Decides what stands.
        before: The last entry of the page before.
        limit: Entries at most.
    """
    return await connection.fetch(PAGE, today, *sight, before, limit)


async def versions(
    connection: Connection, sight: Sequence[Any], today: date, entry: UUID
) -> list[Row]:
    """All versions of an entry, newest first."""
    return await connection.fetch(VERSIONS, today, *sight, entry)


async def add(
    connection: Connection, register: str, key: tuple[UUID, int], draft: Draft, officer: Officer
) -> None:
    """Enter a version.

    Raises:
        VersionIsStale: Somebody entered that version first.
    """
    entered = await connection.fetchval(
        ADD,
        register,
        *key,
        draft.area,
        draft.valid_from,
        draft.valid_until,
        orjson.dumps(draft.content).decode(),
        draft.reason,
        officer.by,
        officer.name,
        officer.organisation,
    )
    if entered is None:
        raise VersionIsStale(version=key[1])


async def is_organisation(connection: Connection, code: str) -> bool:
    """Whether there is such an organisation."""
    known: bool = await connection.fetchval(IS_ORGANISATION, code)
    return known
