"""The complaint and suggestion box."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.common.database import Connection
from services.common.errors import NothingHere
from services.tasks.domain.actors import Actor
from services.tasks.store import pages
from services.tasks.store.pages import Page
from services.tasks.store.views import Shown

# Whoever answers learns the office and role, not the name: a complaint must cost nobody anything.
COLUMNS = """
s.id, s.county, s.version, s.kind, s.text, s.organisation, s.role,
rfc3339(s.created_at) as created_at, s.reply, rfc3339(s.replied_at) as replied_at
"""
ONE = f"""
select v.version, row_to_json(v)::text as body from (
    select {COLUMNS} from suggestions s
    where s.id = $1 and (s.submitted_by = $2 or s.county ^@ any ($3))) v
"""
MANY = f"""
select v.id, row_to_json(v)::text as body from (
    select {COLUMNS} from suggestions s
    where (s.submitted_by = $1 or s.county ^@ any ($2))
      and ($3::boolean is null or (s.reply is not null) = $3) and ($4::uuid is null or s.id < $4)
    order by s.id desc limit $5) v
"""
LOCKED = "select county, version from suggestions where id = $1 and county ^@ any ($2) for update"
ADD = """
insert into suggestions (county, id, kind, text, submitted_by, organisation, role, created_at)
values ($1, $2, $3, $4, $5, $6, $7, $8)
"""
REPLY = """
update suggestions set version = version + 1, reply = $3, replied_by = $4, replied_at = $5
where county = $1 and id = $2
"""


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads what is in the box.

    Attributes:
        subject: Sees what it put in itself.
        areas: Prefixes of the counties whose box it empties.
    """

    subject: str
    areas: tuple[str, ...] = ()


async def add(
    connection: Connection,
    suggestion_id: UUID,
    actor: Actor,
    *,
    kind: str,
    text: str,
    now: datetime,
) -> None:
    """Put one in the box."""
    await connection.execute(
        ADD,
        actor.county,
        suggestion_id,
        kind,
        text,
        actor.subject,
        actor.organisation,
        actor.role,
        now,
    )


async def one(connection: Connection, suggestion_id: UUID, reader: Reader) -> Shown:
    """A suggestion that the reader sees; raises `NothingHere`."""
    row = await connection.fetchrow(ONE, suggestion_id, reader.subject, reader.areas)
    if row is None:
        raise NothingHere
    return Shown(row["body"].encode(), row["version"])


async def many(
    connection: Connection,
    reader: Reader,
    *,
    replied: bool | None,
    after: str | None,
    limit: int,
) -> Page:
    """Suggestions that the reader sees, newest first."""
    question = (reader.subject, reader.areas, replied)
    position = pages.position(after, question)
    rows = await connection.fetch(MANY, reader.subject, reader.areas, replied, position, limit + 1)
    return pages.page(rows, limit, question)


async def locked(connection: Connection, suggestion_id: UUID, reader: Reader) -> tuple[str, int]:
    """County and version of a suggestion, for answering; raises `NothingHere`."""
    row = await connection.fetchrow(LOCKED, suggestion_id, reader.areas)
    if row is None:
        raise NothingHere
    return row["county"], row["version"]


async def reply(
    connection: Connection, county: str, suggestion_id: UUID, *, text: str, by: str, now: datetime
) -> None:
    """Write the answer; a later one takes its place."""
    await connection.execute(REPLY, county, suggestion_id, text, by, now)
