"""Why a life event is refused.

DomainError
├── LifeEventNotPossible     the people and households do not stand so
├── LaterEventRecorded       something that happened later is recorded of one of them
├── LifeEventBuiltUpon       what it changed was changed again; it cannot be taken back
├── LifeEventReversed        it was taken back before
└── LifeEventNotFound        there is none, or it concerns none of the caller's areas
"""

from services.common.errors import DomainError, Kind, NothingHere


class LifeEventNotPossible(DomainError):
    """The people and households do not stand in the way this event needs."""

    kind = Kind.CONFLICT
    title = "The life event is not possible"
    title_zh = "该人口事件与登记状态不符"
    title_ko = "이 인구 사건은 등록 상태와 맞지 않습니다"


class LaterEventRecorded(DomainError):
    """Something that happened later is recorded; correct that event, or name it in `amends`."""

    kind = Kind.CONFLICT
    title = "A later event is recorded"
    title_zh = "已登记更晚发生的事件"
    title_ko = "더 나중에 발생한 사건이 이미 등록되여 있습니다"


class LifeEventBuiltUpon(DomainError):
    """What the event changed was changed again since; take that back first."""

    kind = Kind.CONFLICT
    title = "Something builds on the life event"
    title_zh = "已有后续登记以该事件为基础，不能撤销"
    title_ko = "이 사건에 기초한 후속 등록이 있어 취소할 수 없습니다"


class LifeEventReversed(DomainError):
    """The event was taken back before."""

    kind = Kind.CONFLICT
    title = "The life event was taken back before"
    title_zh = "该人口事件已撤销"
    title_ko = "이 인구 사건은 이미 취소되였습니다"


class LifeEventNotFound(NothingHere):
    """There is no such life event, or it concerns none of your areas."""

    title = "Life event not found"
    title_zh = "未找到该人口事件"
    title_ko = "해당 인구 사건을 찾을 수 없습니다"


class HouseholdNotFound(NothingHere):
    """There is no such household, or it lies outside your areas."""

    title = "Household not found"
    title_zh = "未找到该户"
    title_ko = "해당 세대를 찾을 수 없습니다"
