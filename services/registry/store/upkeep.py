"""What the database needs done from time to time: partitions ahead, and the counts per grid."""

from services.common.database import Connection

_MONTHS_AHEAD = 3

PARTITIONS = "select make_partitions(current_date, $1)"
COUNT = """
with counted_households as (
    select left(dwelling, 15) as grid, count(*)::integer as households
    from households where county = $1 and valid_to is null group by 1),
counted_residents as (
    select r.grid, count(*)::integer as residents,
        count(*) filter (where d.domains >= 1)::integer as from_one_domain,
        count(*) filter (where d.domains >= 2)::integer as from_two_domains
    from residents r, lateral (
        select count(distinct f.value ->> 'domain') as domains
        from jsonb_each(r.facts) f) d
    where r.county = $1 and r.died_on is null and r.left_on is null group by 1),
counted as (
    select grid, coalesce(households, 0) as households, coalesce(residents, 0) as residents,
        coalesce(from_one_domain, 0) as from_one_domain,
        coalesce(from_two_domains, 0) as from_two_domains
    from counted_households full join counted_residents using (grid)),
gone as (
    delete from grid_counts where county = $1 and grid not in (select grid from counted)),
marked as (
    insert into county_counts (county, counted_to, counted_at, checked_at)
    values ($1, pg_snapshot_xmin(pg_current_snapshot()), now(), now())
    on conflict (county) do update set counted_to = excluded.counted_to,
        counted_at = excluded.counted_at, checked_at = excluded.checked_at)
insert into grid_counts (county, grid, households, residents, from_one_domain, from_two_domains)
select $1, grid, households, residents, from_one_domain, from_two_domains from counted
on conflict (county, grid) do update set
    households = excluded.households, residents = excluded.residents,
    from_one_domain = excluded.from_one_domain, from_two_domains = excluded.from_two_domains
"""
# One row for each grid and day on which its counts were others than before; a grid that is gone
# counts as empty from then on.
REMEMBER = """
with now_counted as (
    select grid, households, residents, from_one_domain, from_two_domains
    from grid_counts where county = $1
    union all
    select distinct d.grid, 0, 0, 0, 0 from grid_count_days d
    where d.county = $1 and not exists (
        select from grid_counts c where (c.county, c.grid) = ($1, d.grid)))
insert into grid_count_days (county, grid, counted_on, households, residents, from_one_domain,
    from_two_domains)
select $1, n.grid, (now() at time zone 'Asia/Shanghai')::date, n.households, n.residents,
    n.from_one_domain, n.from_two_domains
from now_counted n left join lateral (
    select households, residents, from_one_domain, from_two_domains from grid_count_days d
    where d.county = $1 and d.grid = n.grid order by counted_on desc limit 1) last on true
where (last.households, last.residents, last.from_one_domain, last.from_two_domains)
    is distinct from (n.households, n.residents, n.from_one_domain, n.from_two_domains)
on conflict (county, grid, counted_on) do update set
    households = excluded.households, residents = excluded.residents,
    from_one_domain = excluded.from_one_domain, from_two_domains = excluded.from_two_domains
"""
# What a record lacks, by grid: nothing here names a person. Each question is asked of an index, so
# a table nobody analysed yet costs no more than one that was.
FAULTS = """
with found as (
    select left(h.dwelling, 15) as grid, 'household_without_members' as kind from households h
    where h.county = $1 and h.valid_to is null and not exists (
        select from residents r
        where r.county = $1 and r.household_id = h.id and r.died_on is null)
    union all
    select left(h.dwelling, 15), 'household_without_head' from households h
    where h.county = $1 and h.valid_to is null and not exists (
        select from residents r where r.county = $1 and r.id = h.head_id and r.died_on is null)
    union all
    select left(h.dwelling, 15), 'household_at_ended_place' from households h
    where h.county = $1 and h.valid_to is null and not exists (
        select from areas a where a.code = h.dwelling and a.valid_to is null)
    union all
    select r.grid, lacks.kind from residents r, lateral (values
        ('resident_without_dwelling', length(r.dwelling) < 26),
        ('resident_without_household', r.household_id is null),
        ('resident_without_document', r.document_kind is null)) as lacks (kind, is_so)
    where r.county = $1 and r.died_on is null and lacks.is_so
    union all
    select left(d.code, 15), 'dwelling_without_building' from areas d
    where d.code >= $1 and d.code < $1 || ':' and d.level = 'dwelling' and d.valid_to is null
        and not exists (
            select from areas b where b.code = left(d.code, 20) and b.valid_to is null)),
numbers as (select grid, kind, count(*)::integer as number from found group by 1, 2),
gone as (
    delete from grid_faults f where f.county = $1 and not exists (
        select from numbers n where (n.grid, n.kind) = (f.grid, f.kind)))
insert into grid_faults (county, grid, kind, number)
select $1, grid, kind, number from numbers
on conflict (county, grid, kind) do update set number = excluded.number
"""
# Every change of a resident publishes an event, so no event means no change.
STILL_TRUE = """
update county_counts c set checked_at = now()
where county = $1 and counted_at > now() - interval '1 day' and not exists (
    select from events e where e.xact >= c.counted_to and e.area ^@ c.county)
returning true
"""
# A large county on a busy server takes longer than a request may; nobody waits for this one.
_COUNT_S = 600
PATIENCE = f"set local statement_timeout = '{_COUNT_S}s'"
SWEEP = """
with timers as (delete from timers where fired_at < now() - interval '30 days'),
-- Counts of more than 400 days ago are thinned to one a month, those of more than ten years ago to
-- the last one of a grid.
days as (
    delete from grid_count_days d where counted_on < current_date - 400 and exists (
        select from grid_count_days later
        where (later.county, later.grid) = (d.county, d.grid) and later.counted_on > d.counted_on
            and (date_trunc('month', later.counted_on) = date_trunc('month', d.counted_on)
                or later.counted_on < current_date - 3653)))
delete from idempotency_keys where claimed_at < now() - interval '7 days'
"""


async def make_partitions(connection: Connection) -> int:
    """Make the partitions of this month and the next ones that are missing; how many were."""
    made: int = await connection.fetchval(PARTITIONS, _MONTHS_AHEAD)
    return made


async def count_grids(connection: Connection, county: str) -> bool:
    """Count households, residents and whose facts they have, in every grid of a county.

    Returns:
        Whether it was counted; False when nothing changed since it was.
    """
    if await connection.fetchval(STILL_TRUE, county):
        return False
    await connection.execute(PATIENCE)
    for statement in (COUNT, REMEMBER, FAULTS):
        await connection.execute(statement, county, timeout=_COUNT_S)
    return True


async def sweep(connection: Connection) -> None:
    """Forget fired timers and answers no caller will ask for again; thin counts of former days."""
    await connection.execute(SWEEP)
