"""What the boards count, from the live tables, in one statement and one snapshot."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from services.common.database import Connection
from services.tasks.domain.actors import Scope
from services.tasks.domain.indicators import Count
from services.tasks.store.pages import Span
from services.tasks.store.whistles import VISIBLE

SEEN = f"""
w.county >= left($1, 6) and w.county < $2 and w.area >= $1 and w.area < $2
and {VISIBLE.format(areas="$3", organisation="$4")}
and ($6::timestamptz is null or w.reported_at >= $6)
"""
# Every join is between tables, which have statistics. Joined to one another, materialised parts
# have none: at 150,000 whistles the planner then chose nested loops and took minutes.
COUNTS = f"""
with seen as materialized (
    select state, kind, outcome, solved, round, blown_at, dispatched_at from whistles w
    where {SEEN}),
parts as materialized (
    select l.organisation, l.state, l.signed_at, l.arrived_at, l.sign_due_at, l.arrive_due_at,
        l.close_due_at, w.solved, (l.county, l.whistle_id, l.organisation) in (
            select o.county, o.whistle_id, o.organisation from overdue o where o.level = 3
        ) as is_red
    from whistles w join legs l on l.county = w.county and l.whistle_id = w.id
    where ($4::text is null or l.organisation = $4) and {SEEN}),
rated as materialized (
    select case r.satisfaction when 'satisfied' then 1.0 when 'basically_satisfied' then 0.8
            else 0.0 end as weight,
        array(select l.organisation from legs l where l.county = w.county and l.whistle_id = w.id
            and ($4::text is null or l.organisation = $4)) as organisations
    from whistles w join ratings r on r.county = w.county and r.whistle_id = w.id
    where {SEEN}),
placed as materialized (
    select a.state from assignments a
    where a.county >= left($1, 6) and a.county < $2 and a.community >= $1 and a.community < $2
      and a.community ^@ any ($3::text[]) and ($4::text is null or a.organisation = $4)
      and ($6::timestamptz is null or a.placed_at >= $6))
select 'closed_whistles' as code, null as organisation, null as kind,
    count(*) filter (where outcome = 'resolved')::numeric as numerator,
    count(*) filter (where blown_at is not null)::bigint as denominator from seen
union all
select 'whistles_by_kind', null, kind, count(*), (select count(*) from seen) from seen group by kind
union all
select 'open_whistles', null, null, count(*) filter (where state <> 'closed'), count(*) from seen
union all
select 'declined_whistles', null, null, count(*) filter (where outcome = 'declined'), count(*)
from seen
union all
select 'reworked_whistles', null, null, count(*) filter (where round > 1),
    count(*) filter (where dispatched_at is not null) from seen
union all
select 'reported_in', organisation, null, count(arrived_at), count(*)
from parts group by grouping sets ((), (organisation))
union all
select 'response_rate', organisation, null,
    count(*) filter (where signed_at <= sign_due_at and arrived_at <= arrive_due_at),
    count(*) filter (where arrived_at is not null or arrive_due_at < $5
        or signed_at is null and sign_due_at < $5)
from parts group by grouping sets ((), (organisation))
union all
select 'resolution_rate', null, null, count(*) filter (where solved), count(solved) from seen
union all
select 'resolution_rate', organisation, null, count(*) filter (where solved), count(solved)
from parts group by organisation
union all
select 'satisfaction_rate', null, null, coalesce(sum(weight), 0), count(*) from rated
union all
select 'satisfaction_rate', o.organisation, null, sum(r.weight), count(*)
from rated r cross join unnest(r.organisations) as o (organisation) group by o.organisation
union all
select 'overdue_sign', organisation, null,
    count(*) filter (where state = 'dispatched' and sign_due_at < $5),
    count(*) filter (where state <> 'done')
from parts group by grouping sets ((), (organisation))
union all
select 'overdue_arrive', organisation, null,
    count(*) filter (where state in ('dispatched', 'signed') and arrive_due_at < $5),
    count(*) filter (where state <> 'done')
from parts group by grouping sets ((), (organisation))
union all
select 'overdue_close', organisation, null,
    count(*) filter (where state <> 'done' and close_due_at < $5),
    count(*) filter (where state <> 'done')
from parts group by grouping sets ((), (organisation))
union all
select 'red_cards', organisation, null, count(*) filter (where is_red), count(*)
from parts group by grouping sets ((), (organisation))
union all
select 'assignments_refused', null, null, count(*) filter (where state = 'refused'), count(*)
from placed
union all
select 'assignments_done', null, null, count(*) filter (where state = 'done'), count(*)
from placed
"""


@dataclass(frozen=True, slots=True)
class Board:
    """Which part of the world a board shows, and since when."""

    span: Span
    scope: Scope
    since: datetime | None


async def counts(connection: Connection, board: Board, now: datetime) -> list[Count]:
    """Every count of a board; a rate's parts, never the rate."""
    rows = await connection.fetch(
        COUNTS,
        board.span.low,
        board.span.high,
        list(board.scope.areas),
        board.scope.organisation,
        now,
        board.since,
    )
    return [
        Count(
            row["code"],
            row["organisation"],
            row["kind"],
            Decimal(row["numerator"]),
            row["denominator"],
        )
        for row in rows
    ]
