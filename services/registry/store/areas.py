"""Reading areas, organisations and the field catalogue: nothing here is about a person."""

from collections.abc import Sequence
from datetime import date
from typing import Final

from services.common.database import Connection
from services.registry.domain import scopes

_AREA: Final = """
json_build_object('code', code, 'level', level, 'name', name, 'name_ko', name_ko,
    'name_en', name_en, 'parent', left(code, case level
        when 'county' then 4 when 'street' then 6 when 'community' then 9 when 'grid' then 12
        when 'building' then 15 when 'unit' then 20 when 'dwelling' then 22 end),
    'urban', urban, 'address', address, 'valid_from', valid_from, 'valid_to', valid_to)
"""
_PAGE: Final = f"""
select code, {_AREA}::text as view from {{states}}
where code >= $1 and code < $2 and code > $3 and ($4::text is null or level = $4) and {{valid}}
order by code limit $5
"""
PAGE = _PAGE.format(states="areas", valid="valid_to is null")
PAGE_ON = _PAGE.format(
    states="area_states", valid="valid_from <= $6 and (valid_to is null or valid_to > $6)"
)
ORGANISATIONS = """
select code, json_build_object('code', code, 'name_zh', name_zh, 'name_ko', name_ko,
    'name_en', name_en, 'kind', kind, 'area', area, 'domain', domain)::text as view
from organisations
where code > $1 and ($2::text is null or area ^@ $2) and ($3::text is null or kind = $3)
    and ($4::text is null or domain = $4)
    and (area ^@ any ($5) or exists (select from unnest($5::text[]) s (code) where s.code ^@ area))
order by code limit $6
"""
FIELDS = """
select coalesce(json_agg(json_build_object('code', code, 'name_zh', name_zh, 'name_ko', name_ko,
    'name_en', name_en, 'type', type, 'code_set', code_set, 'owner', owner_domain,
    'readers', reader_domains, 'sensitivity', sensitivity, 'freshness_days', freshness_days,
    'legal_basis', legal_basis, 'collected_by', collected_by) order by position), '[]')::text
from fields
"""


async def page(
    connection: Connection,
    within: str,
    level: str | None,
    on: date | None,
    after: str,
    limit: int,
) -> list[tuple[str, str]]:
    """Code and JSON text of the areas inside an area, itself included, in code order.

    Those valid now; with `on` those valid on that day.
    """
    given = (*scopes.range_of(within), after, level, limit)
    if on is None:
        rows = await connection.fetch(PAGE, *given)
    else:
        rows = await connection.fetch(PAGE_ON, *given, on)
    return [(row["code"], row["view"]) for row in rows]


async def organisations(  # noqa: PLR0913 — one argument for each filter of the list
    connection: Connection,
    *,
    within: str | None,
    kind: str | None,
    domain: str | None,
    areas: Sequence[str],
    after: str,
    limit: int,
) -> list[tuple[str, str]]:
    """Code and JSON text of organisations in or above the caller's areas, in code order."""
    rows = await connection.fetch(ORGANISATIONS, after, within, kind, domain, list(areas), limit)
    return [(row["code"], row["view"]) for row in rows]


async def fields(connection: Connection) -> str:
    """The field catalogue as the JSON text of an array."""
    text: str = await connection.fetchval(FIELDS)
    return text
