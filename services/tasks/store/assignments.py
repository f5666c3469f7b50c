"""What departments placed on communities."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.common.database import Connection
from services.common.errors import NothingHere
from services.tasks.domain.actors import Actor, Scope
from services.tasks.domain.assignments import Assignment
from services.tasks.store import pages
from services.tasks.store.pages import Page
from services.tasks.store.views import Shown

VISIBLE = """
a.community ^@ any ({areas}::text[])
and ({organisation}::text is null or a.organisation = {organisation})
"""
COLUMNS = """
a.id, a.county, a.version, a.community, a.title, a.content, a.organisation, a.domain, a.item_id,
a.item_title, a.state, rfc3339(a.due_at) as due_at, a.placed_by_name,
rfc3339(a.placed_at) as placed_at, a.answered_by_name, rfc3339(a.answered_at) as answered_at,
a.reason_code, a.comment
"""
ONE = f"""
select v.version, row_to_json(v)::text as body from (
    select {COLUMNS} from assignments a
    where a.id = $1 and {VISIBLE.format(areas="$2", organisation="$3")}) v
"""
MANY = f"""
select v.id, row_to_json(v)::text as body from (
    select {COLUMNS} from assignments a
    where {VISIBLE.format(areas="$1", organisation="$2")}
      and a.county >= left($3, 6) and a.county < $4 and a.community >= $3 and a.community < $4
      and ($5::text is null or a.state = $5) and ($6::uuid is null or a.id < $6)
    order by a.id desc limit $7) v
"""
LOCKED = f"""
select a.county, a.id, a.version, a.community, a.organisation, a.domain, a.state
from assignments a where a.id = $1 and {VISIBLE.format(areas="$2", organisation="$3")}
for update
"""
ADD = """
insert into assignments (county, id, community, title, content, organisation, domain, item_id,
    item_title, due_at, placed_by, placed_by_name, placed_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
"""
ANSWER = """
update assignments set version = version + 1, state = $3, answered_by = $4, answered_by_name = $5,
    answered_at = $6, reason_code = $7, comment = $8
where county = $1 and id = $2
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What a department asks of a community.

    Attributes:
        community: Code of the community.
        title: In a line.
        content: What is to be done.
        domain: Departmental domain it belongs to.
        item_id: The admitted item it relies on, if the department names one.
        due_at: By when.
    """

    community: str
    title: str
    content: str
    domain: str
    item_id: UUID | None
    due_at: datetime


async def one(connection: Connection, assignment_id: UUID, scope: Scope) -> Shown:
    """An assignment; raises `NothingHere`."""
    row = await connection.fetchrow(ONE, assignment_id, list(scope.areas), scope.organisation)
    if row is None:
        raise NothingHere
    return Shown(row["body"].encode(), row["version"])


async def many(
    connection: Connection,
    scope: Scope,
    *,
    within: str | None,
    state: str | None,
    after: str | None,
    limit: int,
) -> Page:
    """Assignments, newest first; raises `NothingHere` when `within` lies outside the scope."""
    area = pages.span(scope, within)
    question = (scope, within, state)
    rows = await connection.fetch(
        MANY,
        list(scope.areas),
        scope.organisation,
        area.low,
        area.high,
        state,
        pages.position(after, question),
        limit + 1,
    )
    return pages.page(rows, limit, question)


async def locked(connection: Connection, assignment_id: UUID, scope: Scope) -> Assignment:
    """An assignment for changing; raises `NothingHere`."""
    row = await connection.fetchrow(LOCKED, assignment_id, list(scope.areas), scope.organisation)
    if row is None:
        raise NothingHere
    return Assignment(**dict(row))


async def add(
    connection: Connection,
    assignment_id: UUID,
    order: Order,
    actor: Actor,
    *,
    item: tuple[UUID | None, str | None],
    now: datetime,
) -> None:
    """Write an admitted assignment; `item` is the admitted item's id and title."""
    await connection.execute(
        ADD,
        order.community[:6],
        assignment_id,
        order.community,
        order.title,
        order.content,
        actor.organisation,
        order.domain,
        *item,
        order.due_at,
        actor.subject,
        actor.name,
        now,
    )


async def answer(
    connection: Connection,
    assignment: Assignment,
    actor: Actor,
    *,
    reason_code: str | None,
    comment: str | None,
    now: datetime,
) -> None:
    """Write the community's answer."""
    await connection.execute(
        ANSWER,
        assignment.county,
        assignment.id,
        assignment.state,
        actor.subject,
        actor.name,
        now,
        reason_code,
        comment,
    )
