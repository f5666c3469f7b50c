"""The counts behind the figures, in one statement over live rows."""

from datetime import date
from typing import Any

from services.common.database import Connection

_HERE = """
exists (select from item_communities c where c.county = i.county and c.item_id = i.id
        and c.community >= $1 and c.community <= $1 || '~')
"""

COUNTS = f"""
with carried as (
    select c.community, count(*) as items,
           count(*) filter (where i.class = 'administrative') as administrative
    from item_communities c join items i on i.county = c.county and i.id = c.item_id
    where c.county ^@ left($1, 6) and c.community >= $1 and c.community <= $1 || '~'
      and i.state in ('active', 'suspended') and i.valid_to >= $2 and i.starts_on <= $2
    group by c.community),
here as (
    select i.county, i.id, i.state, i.valid_to, i.paid_fen from items i
    where i.county ^@ left($1, 6)
      and i.state in ('approved', 'active', 'suspended', 'expired', 'revoked') and {_HERE}),
parts as (
    select h.county, h.id, p.due_on, p.amount_fen,
           sum(p.amount_fen) over (partition by p.county, p.item_id order by p.line) as due_fen
    from here h join instalments p on p.county = h.county and p.item_id = h.id
    where p.due_on < $2),
receipts as (
    select p.county, p.item_id, p.paid_on,
           sum(p.amount_fen) over (partition by p.county, p.item_id order by p.paid_on, p.id)
               as paid_fen
    from payments p join here h on h.county = p.county and h.id = p.item_id
    where p.reversed_by is null),
settled as (
    select d.amount_fen,
           least(d.amount_fen, greatest(0, coalesce(
               (select max(r.paid_fen) from receipts r where r.county = d.county
                and r.item_id = d.id and r.paid_on <= d.due_on), 0)
               - (d.due_fen - d.amount_fen))) as punctual_fen,
           greatest(0, coalesce(
               (select min(r.paid_on) from receipts r where r.county = d.county
                and r.item_id = d.id and r.paid_fen >= d.due_fen), $2) - d.due_on) as delay_days
    from parts d)
select
    (select coalesce(sum(items), 0)::bigint from carried) as items,
    (select count(*) from carried) as communities,
    (select coalesce(sum(administrative), 0)::bigint from carried) as administrative,
    (select max(items) from carried) as items_max,
    (select min(items) from carried) as items_min,
    (select community from carried order by items desc, community limit 1) as items_max_in,
    (select community from carried order by items, community limit 1) as items_min_in,
    (select max(administrative) from carried) as administrative_max,
    (select min(administrative) from carried) as administrative_min,
    (select community from carried order by administrative desc, community limit 1)
        as administrative_max_in,
    (select community from carried order by administrative, community limit 1)
        as administrative_min_in,
    top.administrative as share_max_top, top.items as share_max_bottom,
    top.community as share_max_in,
    (select count(*) from policy_documents where level in ('national', 'province'))
        as documents_above,
    (select count(*) from policy_documents where level = 'prefecture' and $1 ^@ jurisdiction)
        as documents_prefecture,
    (select count(*) from certificates where (jurisdiction = 'CN' or $1 ^@ jurisdiction)
        and effective_from <= $2 and (effective_to is null or effective_to >= $2)
        and kind = 'prohibited') as certificates,
    (select count(*) from certificates where (jurisdiction = 'CN' or $1 ^@ jurisdiction)
        and effective_from <= $2 and (effective_to is null or effective_to >= $2)
        and kind = 'retained') as retained_certificates,
    (select count(*) from refusals r where r.county ^@ left($1, 6)
        and r.community >= $1 and r.community <= $1 || '~') as refusals,
    (select count(*) from refusals r where r.county ^@ left($1, 6)
        and r.community >= $1 and r.community <= $1 || '~'
        and r.reason = 'PROHIBITED_CERTIFICATE') as certificate_refusals,
    (select count(*) from here h where h.state in ('approved', 'active', 'suspended')
        and h.valid_to >= $2 and (select sum(p.amount_fen) from instalments p
            where p.county = h.county and p.item_id = h.id and p.due_on < $2) > h.paid_fen)
        as unfunded_items,
    coalesce(sum(s.punctual_fen), 0)::bigint as punctual_fen,
    coalesce(sum(s.amount_fen), 0)::bigint as due_fen,
    coalesce(sum(s.delay_days), 0)::bigint as delay_days,
    count(s.*) as due_parts
from (select 1) one
left join (select community, administrative, items from carried
           order by administrative::numeric / items desc, community limit 1) top on true
left join settled s on true
group by top.administrative, top.items, top.community
"""


async def counts(connection: Connection, within: str, on: date) -> dict[str, Any]:
    """Every count the figures need, for one area on one local day."""
    row = await connection.fetchrow(COUNTS, within, on)
    assert row is not None  # noqa: S101 — the statement always has one row
    return dict(row)
