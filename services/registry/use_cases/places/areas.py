"""One area in time, what became of it, and new ones."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import orjson

from services.common.clock import Clock, local_day, utc_now
from services.common.errors import DomainError, Fault, Kind, NothingHere, ValidationFailed
from services.common.idempotency import Answer, Once
from services.registry.domain import areas, scopes
from services.registry.domain.areas import Level
from services.registry.domain.officers import Officer
from services.registry.domain.places import lineage, registering
from services.registry.domain.places.changes import AreaCodeInUse, AreaNotValid
from services.registry.domain.places.lineage import Step
from services.registry.store.places import areas as kept
from services.registry.store.places import changes
from services.registry.store.store import Store
from services.registry.use_cases.places import telling

_NUMBERS: Final[dict[Level, int]] = {"grid": 3, "building": 5, "unit": 2, "dwelling": 4}


class AreaNotFound(NothingHere):
    """There is no such area, or you may not see it."""

    title = "Area not found"
    title_zh = "未找到该区域"
    title_ko = "해당 구역을 찾을 수 없습니다"


class AreaNotValidThen(DomainError):
    """The area was not valid on that day; its successors or predecessors were."""

    kind = Kind.NOT_FOUND
    title = "The area was not valid on that day"
    title_zh = "该区域在该日无效"
    title_ko = "그날 이 구역은 유효하지 않았습니다"


@dataclass(frozen=True, slots=True)
class NewPlace:
    """An area to be registered.

    Attributes:
        parent: Area it lies in.
        number: Its number there; a dwelling's is its room number.
        names: Chinese, Korean, English name, and address.
    """

    parent: str
    number: int
    names: tuple[str, str | None, str | None, str | None]


async def one(store: Store, scope: Sequence[str], code: str, on: date | None) -> bytes:
    """An area as JSON: its last state, or that of a day, with what followed and preceded it.

    Raises:
        AreaNotFound: There is none, or it neither lies in nor holds one of the caller's.
        AreaNotValidThen: It is known, but not on that day.
    """
    _require_named(code, scope)
    async with store.read() as connection:
        text = await kept.state_on(connection, code, on)
        validity = await kept.validity(connection, code)
        if validity is None:
            raise AreaNotFound
        steps = await changes.steps(connection, areas.ancestors(code))
    followed = _neighbours(code, steps)
    if text is None:
        since, until = validity
        ended = until and until.isoformat()
        extra = {"valid_from": since.isoformat(), "valid_to": ended, **followed}
        raise AreaNotValidThen(None, **extra)
    return text.encode()[:-1] + b"," + orjson.dumps(followed)[1:]


async def history(store: Store, scope: Sequence[str], code: str) -> bytes:
    """Every state an area had, and the changes that touched its code.

    Raises:
        AreaNotFound: There is none, or it neither lies in nor holds one of the caller's.
    """
    _require_named(code, scope)
    async with store.read() as connection:
        if await kept.validity(connection, code) is None:
            raise AreaNotFound
        versions = await changes.versions(connection, code)
        steps = await changes.steps(connection, areas.ancestors(code))
    followed = orjson.dumps(_neighbours(code, steps))[1:]
    return f'{{"code":"{code}","versions":{versions},'.encode() + followed


async def register(
    store: Store, asker: Officer, place: NewPlace, once: Once, clock: Clock = utc_now
) -> Answer:
    """Register a grid, building, unit or dwelling.

    Raises:
        OwnGridLayerRefused: A department draws no grids.
        NotPermitted: The caller registers none of this level.
        NothingHere: The parent lies outside the caller's areas.
        AreaNotValid: There is no valid parent.
        AreaCodeInUse: The number is taken.
    """
    parent = scopes.require_within(place.parent, asker.areas, "/parent")
    level = registering.level_in(parent)
    registering.may_register(level, asker.roles)
    digits = _NUMBERS[level]
    if not 0 < place.number < 10**digits:
        raise ValidationFailed(
            Fault("/number", "range", f"A {level} has a number from 1 to {10**digits - 1}.")
        )
    code = f"{parent}{place.number:0{digits}d}"
    async with store.transaction(once) as tx:
        await changes.lock(tx.connection)
        if not await kept.is_valid(tx.connection, parent):
            raise AreaNotValid(area=parent)
        day = local_day(clock())
        if not await kept.register(tx.connection, code, level, place.names, day, asker.by):
            raise AreaCodeInUse(area=code)
        text = await kept.state_on(tx.connection, code, None)
        assert text is not None  # noqa: S101 — it was written in this transaction
        data = {"level": level, "parent": parent, "valid_from": day.isoformat()}
        await telling.of_area(tx, telling.AREA_REGISTERED, code, data, clock())
        body = text.encode()[:-1] + b',"successors":[],"predecessors":[]}'
        return await tx.answer(Answer(body, 201))


def _require_named(code: str, scope: Sequence[str]) -> None:
    if not (areas.is_area_code(code) and scopes.may_name(code, scope)):
        raise AreaNotFound


def _neighbours(code: str, steps: Sequence[Step]) -> dict[str, list[dict[str, str]]]:
    """What followed and what preceded a code, by each change, oldest first."""
    told: dict[str, list[dict[str, str]]] = {"successors": [], "predecessors": []}
    for (day, change_id, kind), pairs in lineage.by_change(steps).items():
        known = {"kind": kind, "effective_on": day.isoformat(), "change_id": change_id}
        told["successors"] += [{"code": c, **known} for c in lineage.successors(code, pairs)]
        told["predecessors"] += [{"code": c, **known} for c in lineage.predecessors(code, pairs)]
    return told
