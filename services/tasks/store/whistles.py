"""Whistles as decisions need them: locked, added, saved with their legs."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from services.common.database import Connection
from services.common.errors import NothingHere
from services.tasks.domain.actors import Actor, Scope
from services.tasks.domain.whistles import Leg, LegState, State, Whistle, WhistleKind

VISIBLE = """
w.area ^@ any ({areas}::text[]) and ({organisation}::text is null or exists (
    select from legs s where s.county = w.county and s.whistle_id = w.id
        and s.organisation = {organisation}))
"""
"""What a scope sees, for the parameters' numbers: never leave it out of a query."""

LOCKED = f"""
select county, id, version, kind, area, state, round, reported_by, rework_within_s,
       escalate_every_s, solved, outcome
from whistles w
where id = $1 and {VISIBLE.format(areas="$2", organisation="$3")}
for update
"""
LOCKED_BY_KEY = """
select county, id, version, kind, area, state, round, reported_by, rework_within_s,
       escalate_every_s, solved, outcome
from whistles where county = $1 and id = $2 for update
"""
LEGS = """
select id, organisation, role, state, round, dispatched_at, sign_due_at, arrive_due_at,
       close_due_at, signed_at, arrived_at, done_at, result
from legs where county = $1 and whistle_id = $2 order by role desc, organisation
"""
ADD = """
insert into whistles (county, id, kind, title, description, area, place_text, reported_by,
    reporter_name, reporter_organisation, reporter_role, resident_contact, resident_contact_masked,
    reported_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
"""
SAVE = """
update whistles set version = version + 1, state = $3, round = $4, solved = $5, outcome = $6,
    rework_within_s = $7, escalate_every_s = $8,
    blown_at = case when $3 = 'blown' and state <> $3 then $9 else blown_at end,
    dispatched_at = case when $3 = 'dispatched' and state <> $3 then $9 else dispatched_at end,
    result_submitted_at =
        case when $3 = 'result_submitted' and state <> $3 then $9 else result_submitted_at end,
    verified_at = case when $3 = 'verified' and state <> $3 then $9 else verified_at end,
    rated_at = case when $3 = 'rated' and state <> $3 then $9 else rated_at end,
    closed_at = case when $3 = 'closed' and state <> $3 then $9 else closed_at end
where county = $1 and id = $2
"""
SAVE_LEG = """
insert into legs (county, whistle_id, organisation, id, role, state, round, dispatched_at,
    sign_due_at, arrive_due_at, close_due_at, signed_at, arrived_at, done_at, result)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
on conflict (county, whistle_id, organisation) do update set
    state = excluded.state, round = excluded.round, close_due_at = excluded.close_due_at,
    signed_at = excluded.signed_at, arrived_at = excluded.arrived_at, done_at = excluded.done_at,
    result = excluded.result
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewWhistle:
    """What is written about a whistle when it is reported."""

    county: str
    id: UUID
    kind: WhistleKind
    title: str
    description: str
    area: str
    place_text: str | None
    resident_contact: bytes | None
    resident_contact_masked: str | None
    reported_at: datetime


async def locked(connection: Connection, whistle_id: UUID, scope: Scope) -> Whistle:
    """A whistle for changing, if the scope sees it; waits for whoever is changing it.

    Raises:
        NothingHere: There is none, or none it may see.
    """
    row = await connection.fetchrow(LOCKED, whistle_id, list(scope.areas), scope.organisation)
    if row is None:
        raise NothingHere
    return await _with_legs(connection, row)


async def locked_by_key(connection: Connection, county: str, whistle_id: UUID) -> Whistle | None:
    """A whistle for a timer, which sees all."""
    row = await connection.fetchrow(LOCKED_BY_KEY, county, whistle_id)
    return None if row is None else await _with_legs(connection, row)


async def add(connection: Connection, whistle: NewWhistle, reporter: Actor) -> None:
    """Write a new whistle."""
    await connection.execute(
        ADD,
        whistle.county,
        whistle.id,
        whistle.kind,
        whistle.title,
        whistle.description,
        whistle.area,
        whistle.place_text,
        reporter.subject,
        reporter.name,
        reporter.organisation,
        reporter.role,
        whistle.resident_contact,
        whistle.resident_contact_masked,
        whistle.reported_at,
    )


async def save(connection: Connection, before: Whistle, after: Whistle, now: datetime) -> None:
    """Write what a step changed; the version counts one up."""
    await connection.execute(
        SAVE,
        after.county,
        after.id,
        after.state,
        after.round,
        after.solved,
        after.outcome,
        after.rework_within_s,
        after.escalate_every_s,
        now,
    )
    changed = [leg for leg in after.legs if leg not in before.legs]
    if changed:
        await connection.executemany(SAVE_LEG, [_leg_values(after, leg) for leg in changed])


async def _with_legs(connection: Connection, row: Any) -> Whistle:
    legs = await connection.fetch(LEGS, row["county"], row["id"])
    values = {**dict(row), "kind": WhistleKind(row["kind"]), "state": State(row["state"])}
    return Whistle(
        **values, legs=tuple(Leg(**{**dict(leg), "state": LegState(leg["state"])}) for leg in legs)
    )


def _leg_values(whistle: Whistle, leg: Leg) -> tuple[Any, ...]:
    return (
        whistle.county,
        whistle.id,
        leg.organisation,
        leg.id,
        leg.role,
        leg.state,
        leg.round,
        leg.dispatched_at,
        leg.sign_due_at,
        leg.arrive_due_at,
        leg.close_due_at,
        leg.signed_at,
        leg.arrived_at,
        leg.done_at,
        leg.result,
    )
