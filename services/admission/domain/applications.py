"""The form of 《社区工作准入审批表》 and what makes an application complete."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from services.admission.domain.actors import Actor
from services.admission.domain.areas import county_of, enclosing
from services.admission.domain.checks import Listed, listed
from services.admission.domain.items import ItemClass
from services.admission.domain.money import Instalment
from services.common.errors import Fault, NotPermitted, ValidationFailed

MAX_TERM = timedelta(days=3 * 366)
_ENDING = frozenset({ItemClass.TEMPORARY, ItemClass.EMERGENCY})
_OF_THE_DEPARTMENT = frozenset(ItemClass) - {ItemClass.AUTONOMY, ItemClass.ASSISTANCE}


@dataclass(frozen=True, slots=True)
class Funding:
    """The money an application promises.

    Attributes:
        amount_fen: In all, for all communities.
        source: Where it comes from.
        basis: How it was worked out.
        zero_reason: Why no money is needed; required where the amount is 0.
        schedule: When it is paid; adds up to the amount.
    """

    amount_fen: int = 0
    source: str | None = None
    basis: str | None = None
    zero_reason: str | None = None
    schedule: tuple[Instalment, ...] = ()


@dataclass(frozen=True, slots=True)
class Application:
    """What a department applies for.

    Attributes:
        title: 事项名称.
        item_class: 事项类别.
        domain: Departmental domain.
        content: 工作内容.
        legal_basis: 法律法规或文件依据.
        special_explanation: 专项说明: why the department cannot do it itself.
        starts_on: First day.
        ends_on: Last day; required for urgent and temporary work.
        communities: Codes, sorted, none twice.
        funding: 经费.
        form: The form's other fields, as JSON (contact, standard, frequency, adds, personnel …).
    """

    title: str
    item_class: ItemClass
    domain: str
    content: str
    legal_basis: str
    special_explanation: str | None
    starts_on: date
    ends_on: date | None
    communities: tuple[str, ...]
    funding: Funding
    form: Mapping[str, Any] = field(default_factory=dict)

    @property
    def county(self) -> str:
        """The county whose joint meeting decides."""
        return county_of(self.communities[0])

    @property
    def area(self) -> str:
        """The smallest area that holds all communities."""
        return enclosing(self.communities)


def resolve(
    named: Sequence[str], scope: str | None, existing: Mapping[str, bool], actor: Actor
) -> tuple[str, ...]:
    """The communities an application is for, sorted.

    A scope means the urban communities inside it; a village is named by its own code.

    Args:
        named: Codes listed by the applicant.
        scope: Or an area prefix.
        existing: Communities of the area in question → whether urban.
        actor: Applicant; what lies outside its areas does not exist for it.

    Raises:
        ValidationFailed: Unknown, outside the applicant's areas, or of several counties.
    """
    faults: list[Fault] = []
    if scope is not None:
        found = sorted(code for code, urban in existing.items() if urban and code.startswith(scope))
        if not found or not actor.covers(scope):
            faults.append(Fault("/scope", "unknown-area", "该范围内没有可申请的社区。"))
    else:
        found = sorted(set(named))
        faults.extend(
            Fault(f"/communities/{place}", "unknown-community", f"没有可申请的社区 {code}。")
            for place, code in enumerate(named)
            if code not in existing or not actor.covers(code)
        )
        if len({county_of(code) for code in found}) > 1:
            text = "一份申请只能涉及一个县（市），请分别申请。"
            faults.append(Fault("/communities", "several-counties", text))
    if faults:
        raise ValidationFailed(*faults)
    return tuple(found)


def check(application: Application, actor: Actor) -> None:
    """Whether this caller may keep this application, complete or not quite.

    Raises:
        NotPermitted: For another domain than the applicant's.
        ValidationFailed: Each gap with its JSON Pointer.
    """
    if actor.is_department and application.domain not in actor.domains:
        raise NotPermitted("部门只能为本领域申请准入。")
    faults = [*_class_faults(application, actor), *_date_faults(application), *_money(application)]
    if faults:
        raise ValidationFailed(*faults)


def check_title(title: str, negatives: Sequence[Listed], certificates: Sequence[Listed]) -> None:
    """Whether a title may be applied for at all.

    Raises:
        ValidationFailed: It is on the negative list or a prohibited certificate.
    """
    certificate, negative = listed(title, certificates), listed(title, negatives)
    if certificate is not None:
        text = f"“{certificate.title}”属于不应由社区出具的证明，不得申请准入。"
        raise ValidationFailed(Fault("/title", "prohibited-certificate", text))
    if negative is not None:
        text = f"“{negative.title}”属于社区不应承担的事项，不得申请准入。"
        raise ValidationFailed(Fault("/title", "negative-list", text))


def check_term(valid_to: date, *, starts_on: date, ends_on: date | None, on: date) -> None:
    """Whether an approval may last until a day.

    Raises:
        ValidationFailed: Before the start, over three years, or past the end of temporary work.
    """
    if valid_to < max(on, starts_on):
        text = "有效期不得早于批准日和开始日期。"
    elif valid_to - on > MAX_TERM:
        text = "有效期最长三年。"
    elif ends_on is not None and valid_to > ends_on:
        text = "有效期不得晚于事项结束日期。"
    else:
        return
    raise ValidationFailed(Fault("/valid_to", "term", text))


def _class_faults(application: Application, actor: Actor) -> Iterator[Fault]:
    if application.item_class is ItemClass.AUTONOMY and actor.is_department:
        text = "自治事项由社区治理主管部门列入清单，职能部门不能申请。"
        yield Fault("/class", "class-not-yours", text)
    if application.item_class in _OF_THE_DEPARTMENT and not application.special_explanation:
        text = "请填写专项说明：为何职能部门不能自行完成。"
        yield Fault("/special_explanation", "required", text)


def _date_faults(application: Application) -> Iterator[Fault]:
    if application.ends_on is None:
        if application.item_class in _ENDING:
            yield Fault("/ends_on", "required", "临时（一事一议）和应急事项必须写明结束日期。")
    elif application.ends_on < application.starts_on:
        yield Fault("/ends_on", "before-start", "结束日期不得早于开始日期。")


def _money(application: Application) -> Iterator[Fault]:
    funding = application.funding
    if funding.amount_fen == 0:
        if not funding.zero_reason and application.item_class is not ItemClass.AUTONOMY:
            yield Fault("/funding/zero_reason", "required", "不安排经费的，请说明理由。")
        if funding.schedule:
            yield Fault("/funding/schedule", "sum", "不安排经费的，不能有拨付计划。")
        return
    if not funding.source:
        yield Fault("/funding/source", "required", "请写明经费来源。")
    if sum(part.amount_fen for part in funding.schedule) != funding.amount_fen:
        yield Fault("/funding/schedule", "sum", "各期拨付金额之和必须等于总金额。")
    days = [part.due_on for part in funding.schedule]
    if days != sorted(set(days)):
        yield Fault("/funding/schedule", "order", "拨付日期必须由早到晚且不重复。")
