"""Whistles as they are shown: one round trip that gives JSON text."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.common.database import Connection
from services.common.errors import NothingHere
from services.tasks.domain.actors import Scope
from services.tasks.store import pages
from services.tasks.store.pages import Page, Span
from services.tasks.store.whistles import VISIBLE

OVERDUE = """
coalesce((select json_agg(json_build_object('what', o.what, 'level', o.level, 'round', o.round,
        'due_at', rfc3339(o.due_at), 'fired_at', rfc3339(o.fired_at)) order by o.fired_at, o.level)
    from overdue o where o.county = l.county and o.whistle_id = l.whistle_id
        and o.organisation = l.organisation), '[]')
"""
LEGS = f"""
coalesce((select json_agg(json_build_object('id', l.id, 'organisation', l.organisation,
        'role', l.role, 'state', l.state, 'round', l.round,
        'dispatched_at', rfc3339(l.dispatched_at), 'sign_due_at', rfc3339(l.sign_due_at),
        'arrive_due_at', rfc3339(l.arrive_due_at), 'close_due_at', rfc3339(l.close_due_at),
        'signed_at', rfc3339(l.signed_at), 'arrived_at', rfc3339(l.arrived_at),
        'done_at', rfc3339(l.done_at), 'result', l.result, 'overdue', {OVERDUE})
        order by l.role desc, l.organisation)
    from legs l where l.county = w.county and l.whistle_id = w.id), '[]')
"""
LATE = """
(w.state <> 'closed' and exists (select from legs l where l.county = w.county
    and l.whistle_id = w.id and (l.state = 'dispatched' and l.sign_due_at < {now}
        or l.state in ('dispatched', 'signed') and l.arrive_due_at < {now}
        or l.state <> 'done' and l.close_due_at < {now})))
"""
PHOTOS = """
coalesce((select json_agg(p.photo_id order by p.organisation, p.place) from whistle_photos p
    where p.county = w.county and p.whistle_id = w.id and p.stage = '{stage}'), '[]')
"""
# Alphabetical is no order for a reader; this one follows the life of a whistle.
COLUMNS = f"""
w.id, w.county, w.version, w.kind, w.state, w.round, w.outcome, w.solved, w.title, w.description,
w.area, w.street, w.place_text, w.reported_by, w.reporter_name, w.reporter_organisation,
w.reporter_role, w.resident_contact_masked as resident_contact,
rfc3339(w.reported_at) as reported_at, rfc3339(w.blown_at) as blown_at,
rfc3339(w.dispatched_at) as dispatched_at, rfc3339(w.result_submitted_at) as result_submitted_at,
rfc3339(w.verified_at) as verified_at, rfc3339(w.rated_at) as rated_at,
rfc3339(w.closed_at) as closed_at,
{LATE.format(now="{now}")} as overdue,
(select l.result from legs l where l.county = w.county and l.whistle_id = w.id
    and l.role = 'lead') as result_text,
{PHOTOS.format(stage="report")} as photo_ids, {PHOTOS.format(stage="result")} as result_photo_ids,
{LEGS} as legs
"""
RATING = """
(select json_build_object('round', r.round, 'satisfaction', r.satisfaction, 'score', r.score,
        'comment', r.comment, 'rated_at', rfc3339(r.rated_at))
    from ratings r where r.county = w.county and r.whistle_id = w.id
    order by r.round desc limit 1)
"""
TIMELINE = """
coalesce((select json_agg(json_build_object('seq', t.seq, 'at', rfc3339(t.at), 'action', t.action,
        'round', t.round, 'organisation', t.organisation, 'role', t.role,
        'actor_name', t.actor_name, 'comment', t.comment, 'details', t.details) order by t.seq)
    from timeline t where t.county = w.county and t.whistle_id = w.id), '[]')
"""
ONE = f"""
select v.version, row_to_json(v)::text as body from (
    select {COLUMNS.format(now="$4")}, {RATING} as rating, {TIMELINE} as timeline
    from whistles w where w.id = $1 and {VISIBLE.format(areas="$2", organisation="$3")}) v
"""
# The page is cut before its columns are made: they ask other tables, once for each row shown.
MANY = f"""
select v.id, row_to_json(v)::text as body from (
    select {COLUMNS.format(now="$3")} from (
        select * from whistles w
        where {VISIBLE.format(areas="$1", organisation="$2")}
          and w.county >= left($4, 6) and w.county < $5 and w.area >= $4 and w.area < $5
          and ($6::text[] is null or w.state = any ($6)) and ($7::text is null or w.kind = $7)
          and ($8::text is null or w.reported_by = $8) and ($9::uuid is null or w.id < $9)
        order by w.id desc limit $10) w) v
order by v.id desc
"""
CONTACT = f"""
select county, resident_contact from whistles w
where id = $1 and {VISIBLE.format(areas="$2", organisation="$3")}
"""
CONTACT_READ = """
insert into contact_reads
    (county, whistle_id, read_at, reader, organisation, role, purpose, request_id)
values ($1, $2, $3, $4, $5, $6, $7, $8)
"""
TODAY = """
select json_build_object('as_of', rfc3339($2::timestamptz), 'items', coalesce(json_agg(
    json_build_object('kind', kind, 'title', title, 'area', area, 'subject_id', subject_id,
        'due_at', rfc3339(due_at)) order by place, due_at nulls last, subject_id), '[]'))::text
from (
    (select case w.state when 'result_submitted' then 'verify_whistle' else 'open_whistle' end
                as kind,
            case w.state when 'result_submitted' then 1 else 3 end as place,
            w.title, w.area, w.id as subject_id,
            (select l.close_due_at from legs l where l.county = w.county and l.whistle_id = w.id
                and l.role = 'lead' and l.state <> 'done') as due_at
     from whistles w
     where w.reported_by = $1 and w.state <> 'closed' and w.area ^@ any ($3::text[])
     order by w.id desc limit 100)
    union all
    (select 'assignment', 2, a.title, a.community, a.id, a.due_at from assignments a
     where a.county = any ($5::text[]) and a.community = any ($4::text[]) and a.state = 'open'
     order by a.due_at limit 100)) t
"""


@dataclass(frozen=True, slots=True)
class Shown:
    """A record as JSON text and its version."""

    body: bytes
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What a list of whistles is narrowed to; None leaves a filter out."""

    within: str | None = None
    states: tuple[str, ...] | None = None
    kind: str | None = None
    reported_by: str | None = None


async def one(connection: Connection, whistle_id: UUID, scope: Scope, now: datetime) -> Shown:
    """A whistle with legs, photos, rating and timeline.

    Raises:
        NothingHere: There is none, or none the scope sees.
    """
    row = await connection.fetchrow(ONE, whistle_id, list(scope.areas), scope.organisation, now)
    if row is None:
        raise NothingHere
    return Shown(row["body"].encode(), row["version"])


async def many(
    connection: Connection,
    scope: Scope,
    filters: Filters,
    *,
    after: str | None,
    limit: int,
    now: datetime,
) -> Page:
    """Whistles, newest first, without their timelines.

    Raises:
        NothingHere: `within` lies outside the scope.
        CursorNotValid: `after` is not of this question.
    """
    area: Span = pages.span(scope, filters.within)
    question = (scope, filters)
    rows = await connection.fetch(
        MANY,
        list(scope.areas),
        scope.organisation,
        now,
        area.low,
        area.high,
        list(filters.states) if filters.states else None,
        filters.kind,
        filters.reported_by,
        pages.position(after, question),
        limit + 1,
    )
    return pages.page(rows, limit, question)


async def contact(
    connection: Connection, whistle_id: UUID, scope: Scope
) -> tuple[str, bytes | None]:
    """County and sealed resident contact of a whistle.

    Raises:
        NothingHere: There is no whistle, or none the scope sees.
    """
    row = await connection.fetchrow(CONTACT, whistle_id, list(scope.areas), scope.organisation)
    if row is None:
        raise NothingHere
    return row["county"], row["resident_contact"]


async def record_contact_read(  # noqa: PLR0913 — the columns of one record
    connection: Connection,
    county: str,
    whistle_id: UUID,
    *,
    read_at: datetime,
    reader: tuple[str, str, str],
    purpose: str,
    request_id: str | None,
) -> None:
    """Write down who saw a resident's contact; `reader` is subject, organisation and role."""
    await connection.execute(
        CONTACT_READ, county, whistle_id, read_at, *reader, purpose, request_id
    )


async def today(
    connection: Connection, subject: str, areas: tuple[str, ...], now: datetime
) -> bytes:
    """What waits for a grid worker: to verify, placed on the community, reported and still open."""
    body: str = await connection.fetchval(
        TODAY,
        subject,
        now,
        list(areas),
        [area[:12] for area in areas],
        [area[:6] for area in areas],
    )
    return body.encode()
