"""Exports as jobs, and the register of what they provided."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import orjson

from services.common.database import Connection
from services.common.ids import new_id
from services.common.sealing import Sealer
from services.registry.domain.exports.jobs import Export
from services.registry.domain.exports.plans import Plan, filter_of_json, filtered_by

_ASKED: Final = (
    "id", "within", "roles", "domains", "organisation", "requested_by", "requested_by_name", "role",
    "purpose", "request_id", "legal_basis", "agreement", "most", "created_at",
)  # fmt: skip
_STANDING: Final = (
    "state", "tries", "residents_total", "residents_done", "size_bytes", "sha256", "has_file",
    "started_at", "finished_at",
)  # fmt: skip
_SELECTED: Final = f"{', '.join((*_ASKED, *_STANDING))}, plan::text, filter_sealed, error::text"

ADD = f"""
insert into exports ({", ".join(_ASKED)}, plan, filter_sealed)
values ({", ".join(f"${place}" for place in range(1, len(_ASKED) + 3))})
"""
BY_ID = f"select {_SELECTED} from exports where id = $1 and requested_by = $2"
PAGE = f"""
select {_SELECTED} from exports
where organisation = $1 and requested_by = $2 and id < $3 order by id desc limit $4
"""
BEGIN = f"""
update exports set state = 'running', tries = tries + 1, residents_done = 0,
    started_at = coalesce(started_at, now())
where id = $1 and state in ('queued', 'running') returning {_SELECTED}
"""
ADVANCE = """
update exports set residents_total = $2, residents_done = $3 where id = $1 and state = 'running'
"""
END = f"""
update exports set state = $2, error = $3, size_bytes = $4, sha256 = $5, has_file = $6,
    finished_at = now()
where id = $1 and state in ('queued', 'running') returning {_SELECTED}
"""
FILE_REMOVED = "update exports set file_removed_at = now(), has_file = false where id = $1"
REGISTER = """
insert into provisions (id, organisation, recipient, recipient_name, role, export_id, within,
    fields, filtered_by, residents, format, sha256, purpose, legal_basis, agreement, provided_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
"""
PROVISIONS = """
select p.id, json_build_object(
    'id', p.id, 'organisation', p.organisation, 'organisation_name', o.name_zh,
    'recipient', p.recipient_name, 'role', p.role, 'export_id', p.export_id, 'within', p.within,
    'fields', p.fields, 'filtered_by', p.filtered_by, 'residents', p.residents,
    'format', p.format, 'sha256', encode(p.sha256, 'hex'), 'purpose', p.purpose,
    'legal_basis', p.legal_basis, 'agreement', p.agreement,
    'provided_at', to_char(p.provided_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
    )::text as view
from provisions p left join organisations o on o.code = p.organisation
where p.within ^@ any ($1) and ($2::text is null or p.organisation = $2) and p.id < $3
order by p.id desc limit $4
"""


async def add(connection: Connection, sealer: Sealer, job: Export) -> None:
    """Keep an export that was asked for; its filter may name a person, so it is sealed."""
    said = orjson.dumps(asdict(job.filter)).decode()
    await connection.execute(
        ADD,
        *(getattr(job, name) for name in _ASKED),
        orjson.dumps(job.plan.as_json()).decode(),
        sealer.seal(said, _context(job.id)),
    )


async def by_id(
    connection: Connection, sealer: Sealer, export_id: UUID, subject: str
) -> Export | None:
    """An export this subject asked for, or None."""
    row = await connection.fetchrow(BY_ID, export_id, subject)
    return _job(sealer, row) if row else None


async def page(
    connection: Connection,
    sealer: Sealer,
    whose: tuple[str, str],
    before: UUID,
    limit: int,
) -> list[Export]:
    """Exports that a subject of an organisation asked for, newest first."""
    rows = await connection.fetch(PAGE, *whose, before, limit)
    return [_job(sealer, row) for row in rows]


async def begin(connection: Connection, sealer: Sealer, export_id: UUID) -> Export | None:
    """Mark it running from its beginning; None when it is over or was never asked for."""
    row = await connection.fetchrow(BEGIN, export_id)
    return _job(sealer, row) if row else None


async def advance(connection: Connection, job: Export, total: int, done: int) -> None:
    """Write how far it came."""
    await connection.execute(ADVANCE, job.id, total, done)


async def end(
    connection: Connection,
    sealer: Sealer,
    job: Export,
    state: str,
    *,
    error: dict[str, Any] | None = None,
    measured: tuple[int, bytes] | None = None,
) -> Export | None:
    """Write that it is over; None when it was already."""
    text = orjson.dumps(error).decode() if error else None
    size, digest = measured or (None, None)
    row = await connection.fetchrow(END, job.id, state, text, size, digest, measured is not None)
    return _job(sealer, row) if row else None


async def file_removed(connection: Connection, export_id: UUID) -> None:
    """Write that its file is gone."""
    await connection.execute(FILE_REMOVED, export_id)


async def register(
    connection: Connection, job: Export, residents: int, digest: bytes, at: datetime
) -> None:
    """Enter into the register who was provided with what, about how many, on which ground."""
    await connection.execute(
        REGISTER,
        new_id(),
        job.organisation,
        job.requested_by,
        job.requested_by_name,
        job.role,
        job.id,
        job.within,
        list(job.plan.fields),
        filtered_by(job.filter),
        residents,
        job.plan.format,
        digest,
        job.purpose,
        job.legal_basis,
        job.agreement,
        at,
    )


async def provisions(
    connection: Connection,
    areas: Sequence[str],
    organisation: str | None,
    before: UUID,
    limit: int,
) -> list[tuple[UUID, str]]:
    """Id and JSON text of entries about these areas, newest first."""
    rows = await connection.fetch(PROVISIONS, areas, organisation, before, limit)
    return [(row["id"], row["view"]) for row in rows]


def _job(sealer: Sealer, row: Any) -> Export:
    asked = orjson.loads(sealer.open(row["filter_sealed"], _context(row["id"])))
    return Export(
        plan=Plan.of_json(orjson.loads(row["plan"])),
        filter=filter_of_json(asked),
        error=orjson.loads(row["error"]) if row["error"] else None,
        **{name: row[name] for name in (*_ASKED, *_STANDING)},
    )


def _context(export_id: UUID) -> bytes:
    return b"export:" + export_id.bytes
