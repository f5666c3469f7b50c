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
    where r.county = $1 and r.died_on is null group by 1),
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
with timers as (delete from timers where fired_at < now() - interval '30 days')
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
    await connection.execute(COUNT, county, timeout=_COUNT_S)
    return True


async def sweep(connection: Connection) -> None:
    """Forget timers that fired a month ago, and answers no caller will ask for again."""
    await connection.execute(SWEEP)
