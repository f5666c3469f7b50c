"""What offices look at: indicators of an area, and the limits in force."""

from dataclasses import replace
from datetime import datetime

import orjson

from services.common.errors import (
    Fault,
    NothingHere,
    NotPermitted,
    ValidationFailed,
    VersionIsStale,
)
from services.common.idempotency import Answer, Once
from services.tasks.domain import indicators as meanings
from services.tasks.domain.actors import Actor
from services.tasks.domain.whistles import WhistleKind
from services.tasks.store import defaults, indicators, pages
from services.tasks.store.indicators import Board
from services.tasks.store.store import Store

_COUNTY_DIGITS = 6


async def indicators_of(
    store: Store, actor: Actor, *, within: str | None, since: datetime | None, now: datetime
) -> bytes:
    """Every indicator of an area, with its meaning and its parts; raises `NothingHere`."""
    span = pages.span(actor.scope, within)
    async with store.read() as connection:
        counts = await indicators.counts(connection, Board(span, actor.scope, since), now)
    body = {
        "as_of": now.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "within": span.low,
        "items": meanings.indicators(counts),
    }
    return orjson.dumps(body)


async def limits_of(store: Store, actor: Actor, county: str | None) -> bytes:
    """The limits in force in a county, by kind; raises `NothingHere` for another's county."""
    if county is not None and not any(
        county.startswith(area) or area.startswith(county) for area in actor.scope.areas
    ):
        raise NothingHere
    async with store.read() as connection:
        items = await defaults.shown(connection, county or actor.county)
    return b'{"items":' + items + b',"next":null}'


async def change_limits(  # noqa: PLR0913 — who changes what, and when
    store: Store,
    once: Once,
    actor: Actor,
    kind: WhistleKind,
    *,
    county: str,
    version: int,
    changes: dict[str, int],
    now: datetime,
) -> Answer:
    """A county sets its own limits for a kind; whistles dispatched before keep theirs.

    Raises:
        NotPermitted: It is not the caller's county.
        VersionIsStale: They have changed since the caller read them.
        ValidationFailed: Signing would fall after arriving, or arriving after the result.
    """
    if len(county) != _COUNTY_DIGITS or not actor.scope.covers(county):
        raise NotPermitted("该县（市）不在您的辖区内。")
    async with store.transaction(once) as tx:
        await defaults.lock(tx.connection, county)
        before, present = await defaults.versioned(tx.connection, county, kind)
        if present != version:
            raise VersionIsStale(version=present)
        after = replace(before, **changes)
        if not after.sign_within_s <= after.arrive_within_s <= after.close_within_s:
            raise ValidationFailed(
                Fault("/arrive_within_s", "order", "时限须依次为签收、报到、办结。")
            )
        row = await defaults.put(
            tx.connection, county, kind, after, version=version + 1, by=actor.subject, now=now
        )
        headers = (("ETag", f'"{version + 1}"'),)
        return await tx.answer(Answer(orjson.dumps(row), headers=headers))
