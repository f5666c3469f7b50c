"""The demo prefecture's items: planned from a seed, the same each time.

An item's fate says how far it has come. Its history is told by the same transition table that live
items follow, so a demo item cannot be in a state that a real one could not reach.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from services.admission.domain.applications import Application, Funding
from services.admission.domain.items import SYSTEM, TRANSITIONS, Action, ItemClass, State, step
from services.admission.domain.money import Instalment

_EVERY = frozenset().union(*(found.roles for found in TRANSITIONS.values())) | {SYSTEM}
_FREE_REASON = "结合日常工作开展，不新增社区支出。"
_APPROVED = (Action.SUBMIT, Action.ACCEPT, Action.APPROVE)

FATES: Mapping[str, tuple[Action, ...]] = {
    "free": (*_APPROVED, Action.ACTIVATE),
    "paid": (*_APPROVED, Action.PAY, Action.ACTIVATE),
    "late": (*_APPROVED, Action.SUSPEND, Action.PAY, Action.ACTIVATE),
    "approved": _APPROVED,
    "unpaid": (*_APPROVED, Action.SUSPEND),
    "lapsed": (*_APPROVED, Action.PAY, Action.ACTIVATE, Action.SUSPEND),
    "expired": (*_APPROVED, Action.ACTIVATE, Action.EXPIRE),
    "ended": (*_APPROVED, Action.PAY, Action.ACTIVATE, Action.EXPIRE),
    "draft": (),
    "submitted": (Action.SUBMIT,),
    "returned": (Action.SUBMIT, Action.RETURN),
    "reviewed": (Action.SUBMIT, Action.ACCEPT),
    "rejected": (Action.SUBMIT, Action.ACCEPT, Action.REJECT),
}
"""Fate → the steps after the application."""

_FIRST_DUE = {"paid": 150, "late": 150, "unpaid": 75, "lapsed": 150, "ended": 150, "approved": -20}
_SECOND_DUE = {"paid": -40, "late": -40, "unpaid": -60, "lapsed": 30, "ended": 60, "approved": -120}


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the catalogue.

    Attributes:
        item_class: Class.
        domain: Domain.
        title: Title.
        content: What is done.
        legal_basis: On what basis.
        hours: Work in a month.
        spread: Percentage of communities that carry it.
        yuan: Promised to each community for a year.
        fate: How far it has come.
    """

    item_class: ItemClass
    domain: str
    title: str
    content: str
    legal_basis: str
    hours: int
    spread: int
    yuan: int
    fate: str


@dataclass(frozen=True, slots=True)
class Moment:
    """One step in an item's history."""

    action: Action
    before: State | None
    after: State
    at: datetime


@dataclass(frozen=True, slots=True)
class DemoItem:
    """A planned item.

    Attributes:
        id: Deterministic key.
        organisation: Applicant.
        application: Its form.
        fate: How far it has come.
        history: Its steps, oldest first.
        decided_on: Day of approval, if approved.
        valid_to: Last day of its term, if approved.
        paid: Day and fen of each payment.
    """

    id: UUID
    organisation: str
    application: Application
    fate: str
    history: tuple[Moment, ...]
    decided_on: date | None
    valid_to: date | None
    paid: tuple[tuple[date, int], ...]

    @property
    def state(self) -> State:
        """Where it stands."""
        return self.history[-1].after


def draw(seed: object, *about: object, below: int) -> int:
    """A number in [0, below) that depends on the seed and on what it is for, and nothing else."""
    text = "\0".join(str(part) for part in (seed, *about))
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big") % below


def key(at: datetime, seed: object, *about: object) -> UUID:
    """A UUIDv7 that is the same for the same seed and subject."""
    text = "\0".join(str(part) for part in (seed, *about))
    value = int.from_bytes(hashlib.sha256(text.encode()).digest()[:10], "big")
    value |= (int(at.timestamp() * 1000) & 0xFFFF_FFFF_FFFF) << 80
    value = value & ~(0xF << 76) | 0x7 << 76
    return UUID(int=value & ~(0x3 << 62) | 0x2 << 62)


def plan(
    seed: object, county: str, communities: Sequence[str], catalogue: Sequence[Entry], on: date
) -> Iterator[DemoItem]:
    """The items of a county.

    Args:
        seed: Chooses communities and days.
        county: County code.
        communities: Its communities, sorted, at least one.
        catalogue: Lines to plan.
        on: The day the demo shows; all history lies before it.
    """
    for place, entry in enumerate(catalogue):
        carriers = tuple(
            code for code in communities if draw(seed, entry.title, code, below=100) < entry.spread
        )
        yield _item(seed, county, place, entry, carriers or tuple(communities[:1]), on=on)


def _item(
    seed: object,
    county: str,
    place: int,
    entry: Entry,
    communities: tuple[str, ...],
    *,
    on: date,
) -> DemoItem:
    history = tuple(_history(seed, county, entry, on))
    approved = any(moment.action is Action.APPROVE for moment in history)
    decided_on = on - timedelta(days=200) if approved else None
    valid_to = None
    if decided_on is not None:
        left = -draw(seed, county, entry.title, "end", below=20) - 3
        valid_to = on + timedelta(days=left if entry.fate in {"expired", "ended"} else 165)
    application = _application(entry, communities, history[0].at.date(), valid_to, on)
    organisation = "civil_affairs" if entry.item_class is ItemClass.AUTONOMY else entry.domain
    return DemoItem(
        id=key(history[0].at, seed, county, place, entry.title),
        organisation=f"{county}.{organisation}",
        application=application,
        fate=entry.fate,
        history=history,
        decided_on=decided_on,
        valid_to=valid_to,
        paid=tuple(_payments(entry, application.funding)),
    )


def _application(
    entry: Entry, communities: tuple[str, ...], applied_on: date, valid_to: date | None, on: date
) -> Application:
    ends_on = valid_to
    if ends_on is None and entry.item_class is not ItemClass.ASSISTANCE:
        ends_on = on + timedelta(days=365)
    amount = entry.yuan * 100 * len(communities)
    schedule: tuple[Instalment, ...] = ()
    if amount:
        first = on - timedelta(days=_FIRST_DUE.get(entry.fate, -45))
        second = on - timedelta(days=_SECOND_DUE.get(entry.fate, -180))
        schedule = (Instalment(first, amount // 2), Instalment(second, amount - amount // 2))
    needs_no_why = {ItemClass.AUTONOMY, ItemClass.ASSISTANCE}
    why = None if entry.item_class in needs_no_why else "需由熟悉居民情况的社区工作者入户完成。"
    return Application(
        title=entry.title,
        item_class=entry.item_class,
        domain=entry.domain,
        content=entry.content,
        legal_basis=entry.legal_basis,
        special_explanation=why,
        starts_on=applied_on + timedelta(days=45),
        ends_on=ends_on,
        communities=communities,
        funding=Funding(
            amount_fen=amount,
            source="部门预算" if amount else None,
            basis=f"每社区每年{entry.yuan}元" if amount else None,
            zero_reason=None if amount else _FREE_REASON,
            schedule=schedule,
        ),
        form={"adds": {}, "workload_hours_per_month": entry.hours, "data_fields": []},
    )


def _history(seed: object, county: str, entry: Entry, on: date) -> Iterator[Moment]:
    open_cases = {"draft": 3, "submitted": 9, "returned": 16, "reviewed": 14, "rejected": 60}
    days = open_cases.get(entry.fate, 230)
    days += draw(seed, county, entry.title, "applied", below=3)
    applied_on = on - timedelta(days=days)
    at = _at(applied_on, seed, county, entry.title)
    state = State.DRAFT
    yield Moment(Action.APPLY, None, state, at)
    for number, action in enumerate(FATES[entry.fate]):
        after = step(state, action, _EVERY)
        day = _day(action, entry, applied_on, on) or applied_on + timedelta(days=number * 4)
        at = max(at + timedelta(seconds=1), _at(day, seed, county, entry.title, number))
        yield Moment(action, state, after, at)
        state = after


def _day(action: Action, entry: Entry, applied_on: date, on: date) -> date | None:
    """The day of the steps whose day other facts fix."""
    approved_on = on - timedelta(days=200)
    due_on = on - timedelta(days=_FIRST_DUE.get(entry.fate, 0))
    paid_on = due_on + timedelta(days=_delay(entry))
    activated_on = paid_on if entry.yuan else approved_on
    overdue_on = due_on
    if entry.fate == "lapsed":
        overdue_on = on - timedelta(days=_SECOND_DUE["lapsed"])
    return {
        Action.APPROVE: approved_on,
        Action.PAY: paid_on,
        Action.ACTIVATE: activated_on,
        Action.SUSPEND: overdue_on + timedelta(days=1),
        Action.EXPIRE: on - timedelta(days=2),
        Action.REJECT: applied_on + timedelta(days=18),
    }.get(action)


def _delay(entry: Entry) -> int:
    """Days a payment is late; early by a few days where it is punctual."""
    return 38 if entry.fate == "late" else -6


def _payments(entry: Entry, funding: Funding) -> Iterator[tuple[date, int]]:
    if funding.amount_fen and Action.PAY in FATES[entry.fate]:
        first = funding.schedule[0]
        whole = entry.fate == "ended"
        amount_fen = funding.amount_fen if whole else first.amount_fen
        yield first.due_on + timedelta(days=_delay(entry)), amount_fen


def _at(day: date, *about: object) -> datetime:
    """An office hour of a day, in UTC (01:00 to 08:59 is 09:00 to 16:59 in China)."""
    minute = draw(*about, "minute", below=480)
    return datetime.combine(day, time(1), UTC) + timedelta(minutes=minute)
