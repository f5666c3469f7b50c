"""By when a department signs, arrives and answers, and what happens when it does not."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, Literal, TypeAlias
from uuid import UUID

from services.common.errors import Fault, ValidationFailed
from services.tasks.domain.whistles import Leg, LegState, Whistle

What: TypeAlias = Literal["sign", "arrive", "close"]

LEVELS: Final[dict[int, str]] = {1: "催办", 2: "督办（黄牌）", 3: "红牌"}
"""Escalation: urged, supervised, shown red before the leader (rules of the seed's 2.4)."""

LAST_LEVEL: Final = max(LEVELS)

_UNMET: Final[dict[What, str]] = {"sign": "签收", "arrive": "报到", "close": "提交结果"}
_WAITS_IN: Final[dict[What, frozenset[LegState]]] = {
    "sign": frozenset({LegState.DISPATCHED}),
    "arrive": frozenset({LegState.DISPATCHED, LegState.SIGNED}),
    "close": frozenset({LegState.DISPATCHED, LegState.SIGNED, LegState.ARRIVED}),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Time limits of one kind of whistle, in seconds from dispatch.

    Attributes:
        sign_within_s: To sign.
        arrive_within_s: To be on site or in contact.
        close_within_s: To submit a result.
        rework_within_s: To submit a result after rework, from the rework.
        escalate_every_s: From one overdue level to the next.
    """

    sign_within_s: int
    arrive_within_s: int
    close_within_s: int
    rework_within_s: int
    escalate_every_s: int


@dataclass(frozen=True, slots=True)
class Alarm:
    """A deadline not met yet.

    Attributes:
        organisation: The department it binds.
        what: What it must have done.
        round: Of the leg.
        due_at: By when.
    """

    organisation: str
    what: What
    round: int
    due_at: datetime

    def effect_key(self, whistle_id: UUID, level: int) -> str:
        """The name of the effect of missing it; one name, one effect, whatever is replayed."""
        what = self.what if self.round == 1 else f"{self.what}.r{self.round}"
        return f"whistle:{whistle_id}:leg:{self.organisation}:{what}:{level}"


def shortened(
    limits: Limits, *, sign: int | None = None, arrive: int | None = None, close: int | None = None
) -> Limits:
    """The limits with what a dispatcher asked for; each may only become shorter.

    Signing never falls after arriving, nor arriving after the result: a shorter later limit pulls
    the earlier ones with it.

    Args:
        limits: The county's own for this kind.
        sign: Seconds, or None to keep.
        arrive: Seconds, or None to keep.
        close: Seconds, or None to keep.

    Raises:
        ValidationFailed: One is below a second or longer than the county's.
    """
    asked = {"sign_within_s": sign, "arrive_within_s": arrive, "close_within_s": close}
    faults = [
        Fault(f"/{name}", "only-shorter", f"应为 1 至 {getattr(limits, name)} 秒，只能缩短。")
        for name, value in asked.items()
        if value is not None and not 1 <= value <= getattr(limits, name)
    ]
    if faults:
        raise ValidationFailed(*faults)
    close_s = limits.close_within_s if close is None else close
    arrive_s = min(limits.arrive_within_s if arrive is None else arrive, close_s)
    sign_s = min(limits.sign_within_s if sign is None else sign, arrive_s)
    return replace(limits, sign_within_s=sign_s, arrive_within_s=arrive_s, close_within_s=close_s)


def alarms(whistle: Whistle) -> frozenset[Alarm]:
    """Every deadline of a whistle that a department still has to meet."""
    return frozenset(alarm for leg in whistle.legs for alarm in _alarms_of(leg))


def _alarms_of(leg: Leg) -> Iterable[Alarm]:
    dues: tuple[tuple[What, datetime], ...] = (
        ("sign", leg.sign_due_at),
        ("arrive", leg.arrive_due_at),
        ("close", leg.close_due_at),
    )
    for what, due_at in dues:
        if leg.state in _WAITS_IN[what]:
            yield Alarm(leg.organisation, what, leg.round, due_at)


def unmet(whistle: Whistle, organisation: str, what: str, round_: int) -> Alarm | None:
    """The deadline of a department's round, or None when it was met meanwhile."""
    wanted = (organisation, what, round_)
    return next((a for a in alarms(whistle) if (a.organisation, a.what, a.round) == wanted), None)


def next_due(fired_at: datetime, escalate_every_s: int, level: int) -> datetime | None:
    """When the next level falls due; None after the last.

    Counted from when this level was told, not from when it was due: after an outage a department
    still has the whole interval between a warning and the next.
    """
    return None if level >= LAST_LEVEL else fired_at + timedelta(seconds=escalate_every_s)


def overdue_text(alarm: Alarm, level: int) -> str:
    """The sentence for the timeline."""
    return f"【{LEVELS[level]}】{alarm.organisation} 未按时{_UNMET[alarm.what]}"
