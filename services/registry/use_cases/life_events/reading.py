"""Looking at life events: of an area, of a resident, one."""

from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

import orjson

from services.common import paging
from services.common.errors import NotPermitted
from services.registry.domain import scopes
from services.registry.domain.askers import Asker
from services.registry.domain.life_events import rights
from services.registry.domain.life_events.errors import LifeEventNotFound
from services.registry.domain.readings import Reading
from services.registry.store.life_events import reading as kept
from services.registry.store.store import Store
from services.registry.use_cases import cursors
from services.registry.use_cases.residents import ResidentNotFound

_NEWEST: Final = UUID(int=(1 << 128) - 1)


@dataclass(frozen=True, slots=True)
class Question:
    """Which events: in an area or of a resident, of a kind, of some days; newest first."""

    within: str | None = None
    resident_id: UUID | None = None
    kind: str | None = None
    since: date | None = None
    until: date | None = None
    after: str | None = None
    limit: int = 50


async def page(
    store: Store, reading: Reading, asker: Asker, question: Question
) -> tuple[bytes, str | None]:
    """A page of events, newest report first, and the cursor of the next page.

    Raises:
        NotPermitted: The caller may look at none of these kinds.
        ResidentNotFound: There is no such resident in the caller's areas.
    """
    kinds = _kinds(asker, question.kind)
    key = (question.within, str(question.resident_id), question.kind, str(question.since))
    before = cursors.identifier(question.after, (*key, str(question.until)), _NEWEST)
    limit = question.limit
    async with store.read() as connection:
        if question.resident_id is not None:
            counties = scopes.counties_of(reading.areas, store.counties)
            if not await kept.is_visible(connection, question.resident_id, counties, reading.areas):
                raise ResidentNotFound
            of = kept.OfResident(question.resident_id, counties, reading.areas)
            rows = await kept.of_resident(connection, reading, of, (before, kinds, limit + 1))
        else:
            within = question.within or ""
            counties = scopes.counties_of((within,), store.counties)
            days = (question.since, question.until)
            inside = kept.Inside(within, counties, days)
            rows = await kept.inside(connection, reading, inside, (before, kinds, limit + 1))
    items = orjson.dumps([_view(store, row) for row in rows[:limit]], default=str)
    if len(rows) <= limit:
        return items, None
    return items, paging.encode([str(rows[limit - 1]["id"])], (*key, str(question.until)))


async def one(store: Store, reading: Reading, asker: Asker, event_id: UUID) -> bytes:
    """One event.

    Raises:
        LifeEventNotFound: There is none that the caller may look at.
    """
    kinds = _kinds(asker, None)
    counties = scopes.counties_of(reading.areas, store.counties)
    async with store.read() as connection:
        row = await kept.one(connection, reading, event_id, (counties, kinds))
    if row is None:
        raise LifeEventNotFound
    return orjson.dumps(_view(store, row), default=str)


def _kinds(asker: Asker, kind: str | None) -> list[str]:
    readable = rights.readable(asker.roles, asker.domains)
    wanted = readable if kind is None else readable & {kind}
    if not wanted:
        raise NotPermitted("Another office or department looks at these events.")
    return sorted(wanted)


def _view(store: Store, row: Any) -> dict[str, Any]:
    names = ("id", "county", "kind", "occurred_on", "area", "legal_basis", "amends", "recorded_at")
    view = {name: row[name] for name in names}
    reversal = None
    if row["reversed_at"] is not None:
        reversal = {
            "reversed_at": row["reversed_at"],
            "reversed_by": row["reversed_by_name"],
            "reason": _open(store, row, "reason_sealed", b"reason:"),
        }
    return {
        **view,
        "evidence": _open(store, row, "evidence_sealed", b"evidence:"),
        "recorded_by": row["recorded_by_name"],
        "role": row["recorded_role"],
        "organisation": row["organisation"],
        "subjects": orjson.loads(row["subjects"]),
        "households": sorted(orjson.loads(row["households"])),
        "reversal": reversal,
    }


def _open(store: Store, row: Any, column: str, context: bytes) -> str | None:
    secret = row[column]
    return None if secret is None else store.sealer.open(secret, context + row["id"].bytes)
