"""The complaint and suggestion box."""

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
    where s.id = $1 and ($2::text is null or s.submitted_by = $2)) v
"""
MANY = f"""
select v.id, row_to_json(v)::text as body from (
    select {COLUMNS} from suggestions s
    where ($1::text is null or s.submitted_by = $1)
      and ($2::boolean is null or (s.reply is not null) = $2) and ($3::uuid is null or s.id < $3)
    order by s.id desc limit $4) v
"""
LOCKED = "select county, version from suggestions where id = $1 for update"
ADD = """
insert into suggestions (county, id, kind, text, submitted_by, organisation, role, created_at)
values ($1, $2, $3, $4, $5, $6, $7, $8)
"""
REPLY = """
update suggestions set version = version + 1, reply = $3, replied_by = $4, replied_at = $5
where county = $1 and id = $2
"""


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


async def one(connection: Connection, suggestion_id: UUID, submitted_by: str | None) -> Shown:
    """A suggestion, of this submitter when one is named; raises `NothingHere`."""
    row = await connection.fetchrow(ONE, suggestion_id, submitted_by)
    if row is None:
        raise NothingHere
    return Shown(row["body"].encode(), row["version"])


async def many(
    connection: Connection,
    submitted_by: str | None,
    *,
    replied: bool | None,
    after: str | None,
    limit: int,
) -> Page:
    """Suggestions, newest first: all, or one submitter's own."""
    question = (submitted_by, replied)
    position = pages.position(after, question)
    rows = await connection.fetch(MANY, submitted_by, replied, position, limit + 1)
    return pages.page(rows, limit, question)


async def locked(connection: Connection, suggestion_id: UUID) -> tuple[str, int]:
    """County and version of a suggestion, for answering; raises `NothingHere`."""
    row = await connection.fetchrow(LOCKED, suggestion_id)
    if row is None:
        raise NothingHere
    return row["county"], row["version"]


async def reply(
    connection: Connection, county: str, suggestion_id: UUID, *, text: str, by: str, now: datetime
) -> None:
    """Write the answer; a later one takes its place."""
    await connection.execute(REPLY, county, suggestion_id, text, by, now)
