"""What a check must know, in one round trip, and the refusals it leaves behind."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

import orjson

from services.admission.domain.actors import Actor
from services.admission.domain.areas import county_of
from services.admission.domain.checks import Ask, Known, Listed, Reason, plain
from services.admission.domain.items import ItemClass, State
from services.common.database import Connection
from services.common.ids import new_id

_IN_FORCE = """
(jurisdiction = 'CN' or $1 ^@ jurisdiction) and effective_from <= $2
and (effective_to is null or effective_to >= $2)
"""
_LIST = """
(select coalesce(json_agg(json_build_object('title', title, 'keywords', keywords,
    'basis', basis, 'how_to', how_to) order by no), '[]')::text from {table} where {in_force})
"""
CERTIFICATES = _LIST.format(table="certificates", in_force=f"{_IN_FORCE} and kind = 'prohibited'")
NEGATIVES = _LIST.format(table="negative_list", in_force=_IN_FORCE)
LISTS = f"select {CERTIFICATES} as certificates, {NEGATIVES} as negatives"
CONTEXT = f"""
select {CERTIFICATES} as certificates, {NEGATIVES} as negatives,
    (select coalesce(json_agg(json_build_object('id', i.id, 'title', i.title, 'class', i.class,
        'domain', i.domain, 'state', i.state, 'starts_on', i.starts_on, 'valid_to', i.valid_to,
        'arrears_fen', greatest(coalesce(m.due_fen, 0) - i.paid_fen, 0),
        'funded', coalesce(i.paid_fen >= m.first_fen, true),
        'covers', exists (select from item_communities c where c.county = i.county
            and c.item_id = i.id and c.community = $1)) order by i.id), '[]')::text
     from items i cross join lateral (
         select sum(p.amount_fen) filter (where p.due_on < $2) as due_fen,
                (array_agg(p.amount_fen order by p.line))[1] as first_fen
         from instalments p where p.county = i.county and p.item_id = i.id) m
     where i.county = $3 and i.organisation = $4
       and case when $5::uuid is null then i.title_key = $6 else i.id = $5 end) as items
"""
RECORD = """
insert into refusals as r (county, id, community, organisation, domain, title, title_key, item_id,
    reason, how_to, refused_on, first_at, last_at, subject, name)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $12, $13, $14)
on conflict (county, community, organisation, title_key, reason, refused_on)
do update set attempts = r.attempts + 1, last_at = excluded.last_at
returning id, attempts
"""
PAGE = """
select r.id, json_build_object('id', r.id, 'community', r.community,
    'organisation', r.organisation, 'domain', r.domain, 'title', r.title, 'item_id', r.item_id,
    'reason', r.reason, 'how_to', r.how_to, 'refused_on', r.refused_on, 'first_at', r.first_at,
    'last_at', r.last_at, 'attempts', r.attempts, 'by', r.name)::text as view
from refusals r
where (r.organisation = $1 or ($3 and r.community ^@ any ($2::text[])))
  and ($4::text is null or (r.county ^@ left($4, 6) and r.community >= $4
       and r.community <= $4 || '~'))
  and ($5::text is null or r.reason = $5)
  and ($6::text is null or r.organisation = $6)
  and ($7::uuid is null or r.id < $7)
order by r.id desc limit $8
"""


class CheckReads:
    """Reads around a check.

    Args:
        connection: Open.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def context(self, ask: Ask, on: date) -> tuple[list[Known], list[Listed], list[Listed]]:
        """Items that may cover a task, negative list and certificates in force."""
        row = await self._connection.fetchrow(
            CONTEXT,
            ask.community,
            on,
            county_of(ask.community),
            ask.organisation,
            ask.item_id,
            plain(ask.title),
        )
        assert row is not None  # noqa: S101 — a select of subqueries always has one row
        items = [_known(item) for item in orjson.loads(row["items"])]
        return items, _listed(row["negatives"]), _listed(row["certificates"])

    async def lists(self, area: str, on: date) -> tuple[list[Listed], list[Listed]]:
        """Negative list and certificates in force for an area."""
        row = await self._connection.fetchrow(LISTS, area, on)
        assert row is not None  # noqa: S101 — a select of subqueries always has one row
        return _listed(row["negatives"]), _listed(row["certificates"])

    async def refusals(self, *filters: Any) -> list[tuple[UUID, str]]:
        """Refusals newest first, as id and JSON text; parameters of `PAGE` in order."""
        return [(r["id"], r["view"]) for r in await self._connection.fetch(PAGE, *filters)]


class Refusals:
    """The unapproved-task report, written in the use case's transaction.

    Args:
        connection: In the transaction.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def record(
        self, ask: Ask, reason: Reason, actor: Actor, *, on: date, at: datetime
    ) -> tuple[UUID, bool]:
        """Keep a refusal; its id and whether it is new today rather than one more attempt."""
        row = await self._connection.fetchrow(
            RECORD,
            county_of(ask.community),
            new_id(),
            ask.community,
            ask.organisation,
            ask.domain,
            ask.title,
            plain(ask.title),
            ask.item_id,
            reason.code,
            reason.how_to,
            on,
            at,
            actor.subject,
            actor.name,
        )
        assert row is not None  # noqa: S101 — an upsert returns its row
        return row["id"], row["attempts"] == 1


def _listed(text: str) -> list[Listed]:
    entries: Sequence[dict[str, Any]] = orjson.loads(text)
    return [
        Listed(e["title"], tuple(e["keywords"]), e["basis"], e["how_to"] or "") for e in entries
    ]


def _known(item: dict[str, Any]) -> Known:
    return Known(
        id=UUID(item["id"]),
        title=item["title"],
        item_class=ItemClass(item["class"]),
        domain=item["domain"],
        state=State(item["state"]),
        starts_on=date.fromisoformat(item["starts_on"]),
        valid_to=date.fromisoformat(item["valid_to"]) if item["valid_to"] else None,
        arrears_fen=item["arrears_fen"],
        funded=item["funded"],
        covers=item["covers"],
    )
