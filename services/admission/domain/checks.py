"""May this department ask this of this community? One pure answer with a reason."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from services.admission.domain.items import ItemClass, State, effective_state

_NOT_WORDS = re.compile(r"[\s,.;:!?()\[\]\"'、。·“”‘’《》〈〉【】-]+")


class ReasonCode(StrEnum):
    """Why a community need not do it."""

    NOT_ADMITTED = "NOT_ADMITTED"
    NEGATIVE_LIST = "NEGATIVE_LIST"
    FUNDS_NOT_PAID = "FUNDS_NOT_PAID"
    OUT_OF_SCOPE = "OUT_OF_SCOPE"
    EXPIRED = "EXPIRED"
    PROHIBITED_CERTIFICATE = "PROHIBITED_CERTIFICATE"


TITLES: dict[ReasonCode, str] = {
    ReasonCode.NOT_ADMITTED: "该事项未经准入审批",
    ReasonCode.NEGATIVE_LIST: "该事项列入社区不应承担事项清单",
    ReasonCode.FUNDS_NOT_PAID: "该事项经费未按期足额拨付",
    ReasonCode.OUT_OF_SCOPE: "该社区或领域不在事项批准范围内",
    ReasonCode.EXPIRED: "该事项准入有效期已满",
    ReasonCode.PROHIBITED_CERTIFICATE: "该证明不应由基层群众性自治组织出具",
}


@dataclass(frozen=True, slots=True)
class Reason:
    """A refusal a person can act on.

    Attributes:
        code: For programs.
        how_to: What the department does next.
    """

    code: ReasonCode
    how_to: str

    @property
    def title(self) -> str:
        """What is wrong, in Chinese."""
        return TITLES[self.code]


@dataclass(frozen=True, slots=True)
class Ask:
    """What a department wants a community to do.

    Attributes:
        community: 12-digit code.
        organisation: Who asks.
        domain: For which of its domains.
        title: What the task is called.
        item_id: The admitted item it belongs to, if it names one.
    """

    community: str
    organisation: str
    domain: str
    title: str
    item_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """What the record says about one item that may cover the task.

    Attributes:
        id: Item id.
        title: Its title.
        item_class: Its class.
        domain: Its domain.
        state: State in the record.
        starts_on: First day of work.
        valid_to: Last day of its term; None before approval.
        arrears_fen: Due before today and not paid.
        funded: Whether the first instalment is there.
        covers: Whether the community is on its list.
    """

    id: UUID
    title: str
    item_class: ItemClass
    domain: str
    state: State
    starts_on: date
    valid_to: date | None
    arrears_fen: int
    funded: bool
    covers: bool


@dataclass(frozen=True, slots=True)
class Listed:
    """An entry of the negative list or of the prohibited certificates.

    Attributes:
        title: As the list prints it.
        keywords: Any of them in a task's title means this entry.
        basis: Document the entry rests on.
        how_to: What to do instead; empty for the usual advice.
    """

    title: str
    keywords: tuple[str, ...]
    basis: str
    how_to: str = ""


@dataclass(frozen=True, slots=True)
class Decision:
    """The answer: admitted under an item, or refused for a reason."""

    reason: Reason | None
    item: Known | None = None

    @property
    def admitted(self) -> bool:
        """Whether the task may reach the community."""
        return self.reason is None


def plain(text: str) -> str:
    """A title without spacing, punctuation, width and case, for comparing."""
    return _NOT_WORDS.sub("", unicodedata.normalize("NFKC", text)).lower()


def listed(title: str, entries: Iterable[Listed]) -> Listed | None:
    """The first entry one of whose keywords is in a title."""
    wanted = plain(title)
    return next((e for e in entries if any(plain(k) in wanted for k in e.keywords)), None)


def decide(
    ask: Ask,
    items: Sequence[Known],
    *,
    negatives: Sequence[Listed],
    certificates: Sequence[Listed],
    on: date,
) -> Decision:
    """Whether a task is admitted on a day.

    Args:
        ask: The task.
        items: The organisation's items with this id, or this title where no id is named.
        negatives: The negative list in force for the community.
        certificates: The prohibited certificates in force for the community.
        on: Local calendar day.
    """
    ban = _banned(ask.title, negatives, certificates)
    if ban is not None:
        return Decision(ban)
    answers = [Decision(_refusal(ask, item, on), item) for item in items]
    if not answers:
        return Decision(Reason(ReasonCode.NOT_ADMITTED, _APPLY))
    return min(answers, key=_nearest)


_APPLY = (
    "请先提交《社区工作准入审批表》，经审核、批准并落实经费后再下达；"
    "已准入的，请在任务中选择对应事项。"
)
_PENDING_ADVICE = {
    State.DRAFT: "准入申请尚未提交，请提交后等待审核、审批。",
    State.SUBMITTED: "准入申请正在审核，批准后方可下达。",
    State.RETURNED: "准入申请已退回补正，请补正后重新提交。",
    State.REVIEWED: "准入申请正在审批，批准后方可下达。",
    State.REJECTED: "准入申请未获批准，不得下达。",
    State.REVOKED: "事项已撤销准入，不得下达。",
}
_NEARNESS = (
    None,
    ReasonCode.FUNDS_NOT_PAID,
    ReasonCode.OUT_OF_SCOPE,
    ReasonCode.EXPIRED,
    ReasonCode.NOT_ADMITTED,
)


def _nearest(decision: Decision) -> int:
    """Of several items with one title the one nearest to being admitted speaks."""
    return _NEARNESS.index(decision.reason.code if decision.reason else None)


def _banned(
    title: str, negatives: Sequence[Listed], certificates: Sequence[Listed]
) -> Reason | None:
    certificate = listed(title, certificates)
    if certificate is not None:
        usual = f"“{certificate.title}”由主管部门核查或由当事人书面承诺，不得要求社区出具。"
        how_to = f"{certificate.how_to or usual}依据：{certificate.basis}。"
        return Reason(ReasonCode.PROHIBITED_CERTIFICATE, how_to)
    negative = listed(title, negatives)
    if negative is not None:
        usual = f"“{negative.title}”由职能部门自行承担，不得转交社区。"
        how_to = f"{negative.how_to or usual}依据：{negative.basis}。"
        return Reason(ReasonCode.NEGATIVE_LIST, how_to)
    return None


def _refusal(ask: Ask, item: Known, on: date) -> Reason | None:
    state = effective_state(item.state, valid_to=item.valid_to, arrears_fen=item.arrears_fen, on=on)
    if state in _PENDING_ADVICE:
        return Reason(ReasonCode.NOT_ADMITTED, _PENDING_ADVICE[state])
    if state is State.EXPIRED:
        how_to = f"准入有效期至{item.valid_to}，如需继续开展，请重新申请准入。"
        return Reason(ReasonCode.EXPIRED, how_to)
    if not item.covers or item.domain != ask.domain:
        how_to = "请核对事项批准的社区范围和领域；如需扩大范围，请就新增社区另行申请准入。"
        return Reason(ReasonCode.OUT_OF_SCOPE, how_to)
    return _early_or_unpaid(item, state, on)


def _early_or_unpaid(item: Known, state: State, on: date) -> Reason | None:
    if not item.funded or state is not State.ACTIVE:
        how_to = "请按批准的拨付计划将到期经费拨付到社区账户；到账后事项自动恢复。"
        return Reason(ReasonCode.FUNDS_NOT_PAID, how_to)
    if item.starts_on > on:
        how_to = f"事项批准的开始日期为{item.starts_on}，请于该日起下达。"
        return Reason(ReasonCode.NOT_ADMITTED, how_to)
    return None
