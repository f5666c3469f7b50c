"""Counting for the indicators: from the counts per grid, never from the residents."""

from collections.abc import Sequence
from datetime import date

import orjson

from services.common.database import Connection
from services.registry.domain import indicators, scopes
from services.registry.domain.indicators import Numbers
from services.registry.domain.places.past import GridCount

# "code" of a grid area is the join; a grid without residents has no counts and counts as empty.
NUMBERS = """
with grids as (
    select a.code, coalesce(c.households, 0) as households, coalesce(c.residents, 0) as residents,
        coalesce(c.from_one_domain, 0) as from_one_domain,
        coalesce(c.from_two_domains, 0) as from_two_domains
    from areas a left join grid_counts c on (c.county, c.grid) = (a.county, a.code)
    where a.level = 'grid' and a.code >= $1 and a.code < $2 and a.valid_to is null),
work as (
    select coalesce(sum(matched), 0) as matched, coalesce(sum(duplicates), 0) as duplicates,
        coalesce(sum(rows_total), 0) as rows
    from imports where county = any ($3) and state = 'done' and not dry_run)
select (select coalesce(min(checked_at), now()) from county_counts where county = any ($3))
        as as_of,
    (select count(*) from areas where level = 'community' and urban and code >= $1 and code < $2
        and valid_to is null) as urban_communities,
    count(*) as grids, count(distinct left(g.code, 12)) as grid_communities,
    coalesce(sum(g.households), 0) as households, coalesce(sum(g.residents), 0) as residents,
    coalesce(sum(g.from_one_domain), 0) as from_one_domain,
    coalesce(sum(g.from_two_domains), 0) as from_two_domains,
    coalesce(json_agg(json_build_array(g.code, g.households) order by g.code)
        filter (where g.households < $4), '[]')::text as small_grids,
    coalesce(json_agg(json_build_array(g.code, g.households) order by g.code)
        filter (where g.households > $5), '[]')::text as large_grids,
    (select coalesce(array_agg(distinct o.domain order by o.domain), '{}')
        from organisations o
        where o.domain is not null and (o.area = any ($3) or o.area = left($1, 4))
            and exists (select from accesses a where a.organisation = o.code
                and a.read_at > now() - make_interval(days => $6))) as reading_domains,
    (select matched from work) as matched, (select duplicates from work) as duplicates,
    (select rows from work) as rows
from grids g
"""


async def numbers(connection: Connection, within: str, counties: Sequence[str]) -> Numbers:
    """What was counted in an area that reaches into these counties."""
    row = await connection.fetchrow(
        NUMBERS,
        *scopes.range_of(within),
        counties,
        indicators.FEWEST_HOUSEHOLDS,
        indicators.MOST_HOUSEHOLDS,
        indicators.READ_WITHIN_DAYS,
    )
    assert row is not None  # noqa: S101 — an aggregate has always one row
    return Numbers(
        as_of=row["as_of"],
        urban_communities=row["urban_communities"],
        grids=row["grids"],
        grid_communities=row["grid_communities"],
        households=int(row["households"]),
        residents=int(row["residents"]),
        small_grids=[(grid, count) for grid, count in orjson.loads(row["small_grids"])],
        large_grids=[(grid, count) for grid, count in orjson.loads(row["large_grids"])],
        from_one_domain=int(row["from_one_domain"]),
        from_two_domains=int(row["from_two_domains"]),
        reading_domains=list(row["reading_domains"]),
        matched=int(row["matched"]),
        duplicates=int(row["duplicates"]),
        rows=int(row["rows"]),
    )


STATES_ON = """
select a.code, a.level, coalesce(c.households, 0) as households,
    coalesce(c.residents, 0) as residents, coalesce(c.from_one_domain, 0) as from_one_domain,
    coalesce(c.from_two_domains, 0) as from_two_domains
from area_states a left join lateral (
    select households, residents, from_one_domain, from_two_domains from grid_count_days d
    where d.county = a.county and d.grid = a.code and d.counted_on <= $2
    order by d.counted_on desc limit 1) c on a.level = 'grid'
where a.county = any ($1) and (a.level = 'grid' or (a.level = 'community' and a.urban))
    and a.valid_from <= $2 and (a.valid_to is null or a.valid_to > $2)
order by a.code
"""
COUNTED_ON = """
select max(counted_on) from grid_count_days where county = any ($1) and counted_on <= $2
"""


async def states_on(
    connection: Connection, counties: Sequence[str], day: date
) -> tuple[list[GridCount], list[str], date | None]:
    """Grids with their counts, urban communities, and the day of the newest count, of a day."""
    counted_on = await connection.fetchval(COUNTED_ON, list(counties), day)
    rows = await connection.fetch(STATES_ON, list(counties), day)
    counts = [
        GridCount(
            row["code"],
            row["households"],
            row["residents"],
            row["from_one_domain"],
            row["from_two_domains"],
        )
        for row in rows
        if row["level"] == "grid"
    ]
    return counts, [row["code"] for row in rows if row["level"] == "community"], counted_on
