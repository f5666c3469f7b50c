"""What the boards count, from the live tables, in one statement and one snapshot."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from services.common.database import Connection
from services.tasks.domain.actors import Scope
from services.tasks.domain.indicators import Count
from services.tasks.store.pages import Span
from services.tasks.store.whistles import VISIBLE

COUNTS = f"""
with seen as materialized (
    select * from whistles w
    where w.county >= left($1, 6) and w.county < $2 and w.area >= $1 and w.area < $2
      and {VISIBLE.format(areas="$3", organisation="$4")}
      and ($6::timestamptz is null or w.reported_at >= $6)),
parts as materialized (
    select l.*, w.solved, w.state as whistle_state, w.kind as whistle_kind
    from legs l join seen w on w.county = l.county and w.id = l.whistle_id
    where $4::text is null or l.organisation = $4),
placed as materialized (
    select * from assignments a
    where a.county >= left($1, 6) and a.county < $2 and a.community >= $1 and a.community < $2
      and a.community ^@ any ($3::text[]) and ($4::text is null or a.organisation = $4)
      and ($6::timestamptz is null or a.placed_at >= $6)),
rated as (
    select r.county, r.whistle_id, case r.satisfaction
        when 'satisfied' then 1.0 when 'basically_satisfied' then 0.8 else 0.0 end as weight
    from ratings r join seen w on w.county = r.county and w.id = r.whistle_id)
select 'closed_whistles' as code, null as organisation, null as kind,
    count(*) filter (where outcome = 'resolved')::numeric as numerator,
    count(*) filter (where blown_at is not null)::bigint as denominator from seen
union all
select 'whistles_by_kind', null, k.kind, count(s.id), (select count(*) from seen)
from unnest($7::text[]) with ordinality as k (kind, place) left join seen s on s.kind = k.kind
group by k.kind, k.place
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
select 'satisfaction_rate', p.organisation, null, coalesce(sum(r.weight), 0), count(*)
from parts p join rated r on r.county = p.county and r.whistle_id = p.whistle_id
group by p.organisation
union all
select d.code, p.organisation, null, count(*) filter (where d.late),
    count(*) filter (where p.state <> 'done')
from parts p cross join lateral (values
    ('overdue_sign', p.state = 'dispatched' and p.sign_due_at < $5),
    ('overdue_arrive', p.state in ('dispatched', 'signed') and p.arrive_due_at < $5),
    ('overdue_close', p.state <> 'done' and p.close_due_at < $5)) as d (code, late)
group by d.code, rollup (p.organisation)
union all
select 'red_cards', p.organisation, null,
    count(*) filter (where exists (select from overdue o where o.county = p.county
        and o.whistle_id = p.whistle_id and o.organisation = p.organisation and o.level = 3)),
    count(*)
from parts p group by grouping sets ((), (p.organisation))
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


async def counts(
    connection: Connection, board: Board, kinds: list[str], now: datetime
) -> list[Count]:
    """Every count of a board; a rate's parts, never the rate."""
    rows = await connection.fetch(
        COUNTS,
        board.span.low,
        board.span.high,
        list(board.scope.areas),
        board.scope.organisation,
        now,
        board.since,
        kinds,
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
