"""The demo's history, written by COPY, a table at a time."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import orjson

from services.common.database import Connection
from services.tasks.domain.actors import Actor
from services.tasks.domain.demo.story import Line, Story
from services.tasks.store.records import SYSTEM

LOADED = "select 1 from demo_loads where scale = $1 and seed = $2 and finished_at is not null"
STARTED = "insert into demo_loads (scale, seed, started_at, finished_at) values ($1, $2, $3, $3)"
LOCK = "select pg_advisory_xact_lock(hashtext('tasks.demo'))"
COUNTY_DEFAULTS = """
insert into whistle_defaults (county, kind, sign_within_s, arrive_within_s, close_within_s,
    rework_within_s, escalate_every_s, updated_by)
select named.county, kind, sign_within_s, arrive_within_s, close_within_s, rework_within_s,
    escalate_every_s, 'demo'
from whistle_defaults cross join unnest($1::text[]) as named (county)
where whistle_defaults.county = ''
on conflict do nothing
"""

WHISTLES: Final = (
    "county", "id", "version", "kind", "title", "description", "area", "place_text", "state",
    "round", "outcome", "solved", "reported_by", "reporter_name", "reporter_organisation",
    "reporter_role", "resident_contact", "resident_contact_masked", "rework_within_s",
    "escalate_every_s", "reported_at", "blown_at", "dispatched_at", "result_submitted_at",
    "verified_at", "rated_at", "closed_at",
)  # fmt: skip
LEGS: Final = (
    "county", "whistle_id", "organisation", "id", "role", "state", "round", "dispatched_at",
    "sign_due_at", "arrive_due_at", "close_due_at", "signed_at", "arrived_at", "done_at", "result",
)  # fmt: skip
OVERDUE: Final = (
    "county", "whistle_id", "organisation", "round", "what", "level", "due_at", "fired_at",
)  # fmt: skip
RATINGS: Final = (
    "county", "whistle_id", "round", "satisfaction", "score", "comment", "rated_by", "rated_at",
)  # fmt: skip
TIMELINE: Final = (
    "county", "whistle_id", "seq", "at", "action", "round", "subject", "actor_name",
    "organisation", "role", "comment", "details",
)  # fmt: skip
TIMERS: Final = ("effect_key", "kind", "due_at", "payload")
ASSIGNMENTS: Final = (
    "county", "id", "community", "title", "content", "organisation", "domain", "state", "due_at",
    "placed_by", "placed_by_name", "placed_at", "answered_by", "answered_by_name", "answered_at",
    "reason_code", "comment",
)  # fmt: skip
SUGGESTIONS: Final = (
    "county", "id", "kind", "text", "submitted_by", "organisation", "role", "created_at", "reply",
    "replied_by", "replied_at",
)  # fmt: skip

_STAMPED: Final = ("blown", "dispatched", "result_submitted", "verified", "rated", "closed")


@dataclass(frozen=True, slots=True)
class Contact:
    """A resident's contact, sealed and masked."""

    sealed: bytes
    masked: str


@dataclass(frozen=True, slots=True)
class Timer:
    """A deadline still to watch."""

    effect_key: str
    kind: str
    due_at: datetime
    payload: dict[str, Any]


async def is_loaded(connection: Connection, scale: str, seed: int) -> bool:
    """Whether this demo is here."""
    return await connection.fetchval(LOADED, scale, seed) is not None


async def begin(connection: Connection, scale: str, seed: int, now: datetime) -> bool:
    """Write down that this transaction loads the demo; False when another has done so.

    Everything is one transaction: a load that is killed leaves nothing behind.
    """
    await connection.execute(LOCK)
    if await is_loaded(connection, scale, seed):
        return False
    await connection.execute(STARTED, scale, seed, now)
    return True


async def write_defaults(connection: Connection, counties: Sequence[str]) -> None:
    """Give each county its own row of limits, to change as it likes."""
    await connection.execute(COUNTY_DEFAULTS, list(counties))


async def write_stories(
    connection: Connection,
    stories: Sequence[Story],
    contacts: dict[UUID, Contact],
    timers: Iterable[Timer],
) -> None:
    """Write whistles with all that hangs on them."""
    whistles = [_whistle(story, contacts.get(story.whistle.id)) for story in stories]
    await _copy(connection, "whistles", WHISTLES, whistles)
    await _copy(connection, "legs", LEGS, [row for s in stories for row in _legs(s)])
    await _copy(connection, "overdue", OVERDUE, [row for s in stories for row in _overdue(s)])
    await _copy(connection, "ratings", RATINGS, [row for s in stories for row in _ratings(s)])
    await _copy(connection, "timeline", TIMELINE, [row for s in stories for row in _lines(s)])
    rows = [(t.effect_key, t.kind, t.due_at, orjson.dumps(t.payload).decode()) for t in timers]
    await _copy(connection, "timers", TIMERS, rows)


async def write_assignments(connection: Connection, rows: Sequence[tuple[Any, ...]]) -> None:
    """Write assignments, in the order of `ASSIGNMENTS`."""
    await _copy(connection, "assignments", ASSIGNMENTS, rows)


async def write_suggestions(connection: Connection, rows: Sequence[tuple[Any, ...]]) -> None:
    """Write suggestions, in the order of `SUGGESTIONS`."""
    await _copy(connection, "suggestions", SUGGESTIONS, rows)


async def _copy(
    connection: Connection, table: str, columns: Sequence[str], rows: Sequence[tuple[Any, ...]]
) -> None:
    await connection.copy_records_to_table(table, columns=list(columns), records=rows)


def _whistle(story: Story, contact: Contact | None) -> tuple[Any, ...]:
    w, reporter = story.whistle, story.reporter
    return (
        w.county,
        w.id,
        w.version,
        w.kind,
        story.case.title,
        story.case.description,
        w.area,
        story.place_text,
        w.state,
        w.round,
        w.outcome,
        w.solved,
        w.reported_by,
        reporter.name,
        reporter.organisation,
        reporter.role,
        contact.sealed if contact else None,
        contact.masked if contact else None,
        w.rework_within_s,
        w.escalate_every_s,
        story.started_at,
        *(story.stamps.get(state) for state in _STAMPED),
    )


def _legs(story: Story) -> Iterable[tuple[Any, ...]]:
    for leg in story.whistle.legs:
        key = (story.whistle.county, story.whistle.id, leg.organisation)
        yield (*key, *(getattr(leg, column) for column in LEGS[3:]))


def _overdue(story: Story) -> Iterable[tuple[Any, ...]]:
    for missed in story.missed:
        alarm = missed.alarm
        key = (story.whistle.county, story.whistle.id, alarm.organisation, alarm.round)
        yield (*key, alarm.what, missed.level, alarm.due_at, missed.fired_at)


def _ratings(story: Story) -> Iterable[tuple[Any, ...]]:
    for rated in story.ratings:
        key = (story.whistle.county, story.whistle.id, rated.round)
        said = (rated.satisfaction, rated.score, rated.comment)
        yield (*key, *said, rated.actor.subject, rated.at)


def _lines(story: Story) -> Iterable[tuple[Any, ...]]:
    for seq, line in enumerate(story.lines, start=1):
        key = (story.whistle.county, story.whistle.id, seq)
        details = orjson.dumps(line.details).decode() if line.details else None
        who = _who(line, story.whistle.county)
        yield (*key, line.at, line.action, line.round, *who, line.comment, details)


def _who(line: Line, county: str) -> tuple[str, str, str, str]:
    actor: Actor | None = line.actor
    if actor is None:
        return SYSTEM, "系统", county, SYSTEM
    return actor.subject, actor.name, actor.organisation, actor.role
