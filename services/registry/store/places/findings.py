"""Findings: from areas, posts and boundaries as they are, and from the counts of the last round."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from services.common.database import Connection
from services.registry.domain import scopes
from services.registry.domain.indicators import FEWEST_HOUSEHOLDS, MOST_HOUSEHOLDS
from services.registry.domain.places.findings import COMMUNITY_FEWEST, COMMUNITY_MOST

# `other` tells findings of one kind about one area apart, and what the value is compared with.
_FOUND: Final = """
with held as (
    select area, bool_or(post = 'grid_head') as headed, bool_or(post = 'grid_worker') as worked
    from area_posts
    where area >= $1 and area < $2 and length(area) = 15 and post in ('grid_head', 'grid_worker')
        and valid @> (now() at time zone 'Asia/Shanghai')::date
    group by 1),
grids as (
    select a.code, coalesce(c.households, 0) as households, coalesce(h.headed, false) as headed,
        coalesce(h.worked, false) as worked, b.code is not null as drawn
    from areas a
    left join grid_counts c on (c.county, c.grid) = (a.county, a.code)
    left join held h on h.area = a.code
    left join area_boundaries b on b.code = a.code and upper(b.valid) is null
    where a.level = 'grid' and a.code >= $1 and a.code < $2 and a.valid_to is null),
communities as (
    select a.code, a.urban, count(g.code) as grids, coalesce(sum(g.households), 0) as households
    from areas a left join grids g on left(g.code, 12) = a.code
    where a.level = 'community' and a.code >= $1 and a.code < $2 and a.valid_to is null
    group by a.code, a.urban),
wide as (
    select left(code, digits) as code, count(*) as grids, count(*) filter (where headed) as heads
    from grids, unnest(array[4, 6]) as digits where digits >= length($1) group by 1),
found (kind, area, other, measured) as (
    select 'grid_below_households', code, '', households::float8 from grids where households < $3
    union all select 'grid_above_households', code, '', households from grids where households > $4
    union all select 'grid_without_head', code, '', 0 from grids where not headed
    union all select 'grid_without_worker', code, '', 0 from grids where not worked
    union all select 'grid_without_boundary', code, '', 0 from grids where not drawn
    union all select 'heads_fewer_than_grids', code, grids::text, heads from wide
        where heads < grids
    union all select 'community_below_households', code, '', households from communities
        where grids > 0 and households < $5
    union all select 'community_above_households', code, '', households from communities
        where grids > 0 and households > $6
    union all select 'community_without_grids', code, '', 0 from communities
        where urban and grids = 0
    union all select kind, code, other, 100 * share from boundary_faults
        where code >= $1 and code < $2
    union all select kind, grid, '', number from grid_faults
        where county = any ($7) and grid >= $1 and grid < $2)
"""
PAGE = f"""
{_FOUND}
select f.kind, f.area, f.other, f.measured, a.level, a.name
from found f left join areas a on a.code = f.area
where (f.kind collate "C", f.area collate "C", f.other collate "C") > ($8, $9, $10)
    and ($11::text is null or f.kind = $11)
order by f.kind collate "C", f.area collate "C", f.other collate "C" limit $12
"""
SUMMARY = f"{_FOUND} select kind, count(*)::integer, sum(measured) from found group by 1"
AS_OF = "select coalesce(min(checked_at), now()) from county_counts where county = any ($1)"


async def page(
    connection: Connection,
    within: str,
    counties: Sequence[str],
    *,
    kind: str | None,
    after: Sequence[str],
    limit: int,
) -> list[dict[str, Any]]:
    """Findings in an area, by kind and area."""
    rows = await connection.fetch(PAGE, *_given(within, counties), *after, kind, limit)
    return [dict(row) for row in rows]


async def summary(
    connection: Connection, within: str, counties: Sequence[str]
) -> tuple[dict[str, tuple[int, float]], datetime]:
    """Number and sum of the findings of each kind, and when records were last counted."""
    rows = await connection.fetch(SUMMARY, *_given(within, counties))
    as_of: datetime = await connection.fetchval(AS_OF, list(counties))
    return {kind: (number, float(total)) for kind, number, total in rows}, as_of


def _given(within: str, counties: Sequence[str]) -> tuple[Any, ...]:
    return (
        *scopes.range_of(within),
        FEWEST_HOUSEHOLDS,
        MOST_HOUSEHOLDS,
        COMMUNITY_FEWEST,
        COMMUNITY_MOST,
        list(counties),
    )
