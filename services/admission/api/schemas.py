"""The wire shapes of admission. Requests refuse unknown members; money is integer fen."""

from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    WithJsonSchema,
)

from services.admission.domain.applications import Application, Funding
from services.admission.domain.items import ItemClass, Stance
from services.admission.domain.money import Instalment
from services.admission.use_cases.applying import Draft
from services.admission.use_cases.deciding import Approval
from services.common.errors import Fault, ValidationFailed

# PostgreSQL cannot keep a NUL, and a title has no line breaks.
Text = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=4000, pattern=r"^[^\x00]+$"),
]
Line = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True, min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$"
    ),
]
Day = Annotated[date, Field(ge=date(2000, 1, 1), le=date(2100, 12, 31))]
Community = Annotated[str, StringConstraints(pattern=r"^\d{12}$")]
Scope = Annotated[str, StringConstraints(pattern=r"^\d{6}(\d{3})?(\d{3})?$")]
Domain = Literal[
    "public_security",
    "family_planning",
    "social_security",
    "housing",
    "health",
    "education",
    "culture",
    "transport",
    "market",
]
Fen = Annotated[int, Field(ge=0, le=10**13, strict=True)]
PositiveFen = Annotated[int, Field(gt=0, le=10**13, strict=True)]


def _yes_or_detail(value: Any) -> bool | str:
    """One check for both forms: a union would put the form tried into the JSON Pointer."""
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and "\0" not in value and 0 < len(value.strip()) <= _DETAIL_LENGTH:
        return value.strip()
    raise ValueError("true、false 或 200 字以内的说明")


_DETAIL_LENGTH = 200
YesOrDetail = Annotated[
    Any,
    AfterValidator(_yes_or_detail),
    WithJsonSchema({"anyOf": [{"type": "boolean"}, {"type": "string", "maxLength": 200}]}),
]
_FORM = (
    "contact",
    "authority",
    "frequency",
    "standard",
    "process",
    "adds",
    "workload_hours_per_month",
    "personnel",
    "equipment",
    "training",
    "data_fields",
)


class Strict(BaseModel):
    """A request body."""

    model_config = ConfigDict(extra="forbid")


class InstalmentIn(Strict):
    """One instalment: punctual until the end of its day."""

    due_on: Day
    amount_fen: PositiveFen


class FundingIn(Strict):
    """经费: how much, from where, when; or why none is needed."""

    amount_fen: Fen = 0
    source: Line | None = None
    basis: Text | None = None
    zero_reason: Text | None = None
    schedule: list[InstalmentIn] = Field(default_factory=list, max_length=36)


class Contact(Strict):
    """单位负责人、联系人、办公电话."""

    head: Line | None = None
    person: Line | None = None
    office_phone: Annotated[str, StringConstraints(pattern=r"^[0-9+ -]{5,20}$")] | None = None


class Adds(Strict):
    """是否新增: each true or false, or what exactly is added."""

    institution: YesOrDetail = False
    plate: YesOrDetail = False
    ledger: YesOrDetail = False
    form: YesOrDetail = False
    app: YesOrDetail = False
    inspection: YesOrDetail = False
    campaign: YesOrDetail = False
    training: YesOrDetail = False
    survey: YesOrDetail = False
    responsibility_letter: YesOrDetail = False
    meeting: YesOrDetail = False


class ItemApply(Strict):
    """《社区工作准入审批表》: name either communities or a scope (its urban communities)."""

    title: Line
    item_class: ItemClass = Field(alias="class")
    domain: Domain
    communities: list[Community] = Field(default_factory=list, max_length=500)
    scope: Scope | None = None
    content: Text
    legal_basis: Text
    special_explanation: Text | None = None
    starts_on: Day
    ends_on: Day | None = None
    contact: Contact | None = None
    authority: Text | None = None
    frequency: Line | None = None
    standard: Text | None = None
    process: Text | None = None
    adds: Adds = Field(default_factory=Adds)
    workload_hours_per_month: (
        Annotated[float, Field(ge=0, le=10_000, allow_inf_nan=False)] | None
    ) = None
    personnel: Text | None = None
    equipment: Text | None = None
    training: Text | None = None
    data_fields: list[Line] = Field(default_factory=list, max_length=100)
    funding: FundingIn

    def draft(self) -> Draft:
        """The application in the domain's words, communities still to be looked up.

        Raises:
            ValidationFailed: Not exactly one of communities and scope is given.
        """
        if bool(self.communities) == bool(self.scope):
            text = "请填写 communities(社区清单)或 scope(范围)中的一项。"
            raise ValidationFailed(Fault("/communities", "one-of", text))
        funding = self.funding
        schedule = tuple(Instalment(p.due_on, p.amount_fen) for p in funding.schedule)
        application = Application(
            title=self.title,
            item_class=self.item_class,
            domain=self.domain,
            content=self.content,
            legal_basis=self.legal_basis,
            special_explanation=self.special_explanation,
            starts_on=self.starts_on,
            ends_on=self.ends_on,
            communities=(),
            funding=Funding(
                funding.amount_fen, funding.source, funding.basis, funding.zero_reason, schedule
            ),
            form=self.model_dump(mode="json", include=set(_FORM), exclude_none=True),
        )
        return Draft(application, self.communities, self.scope)


class OpinionIn(Strict):
    """征求意见: what a street, a community or finance thinks; an objection says why."""

    stance: Stance
    comment: Text | None = None

    def complete(self) -> None:
        """Raises `ValidationFailed` when a concern or objection does not say why."""
        if self.stance is not Stance.SUPPORT and not self.comment:
            raise ValidationFailed(
                Fault("/comment", "required", "有保留或反对意见的，请写明理由。")
            )


class Review(Strict):
    """初审: accept for decision, or return for correction with a comment."""

    decision: Literal["accept", "return"]
    comment: Text | None = None

    def complete(self) -> None:
        """Raises `ValidationFailed` when a return does not say why."""
        if self.decision == "return" and not self.comment:
            raise ValidationFailed(Fault("/comment", "required", "退回补正须写明意见。"))


class Decide(Strict):
    """审批: approve with number and term, or reject with a comment."""

    decision: Literal["approve", "reject"]
    approval_no: Line | None = None
    valid_to: Day | None = None
    comment: Text | None = None

    def approval(self) -> Approval | None:
        """What is granted; None for a rejection.

        Raises:
            ValidationFailed: An approval without number or term, a rejection without reason.
        """
        if self.decision == "reject":
            if not self.comment:
                raise ValidationFailed(Fault("/comment", "required", "不予批准须写明理由。"))
            return None
        if self.approval_no and self.valid_to:
            return Approval(self.approval_no, self.valid_to)
        text = "批准须写明批准文号和有效期。"
        missing = [n for n in ("approval_no", "valid_to") if getattr(self, n) is None]
        raise ValidationFailed(*(Fault(f"/{name}", "required", text) for name in missing))


class Comment(Strict):
    """Why."""

    comment: Text


class PaymentIn(Strict):
    """拨付: amount, day and voucher number."""

    amount_fen: PositiveFen
    paid_on: Day
    reference: Line


class AllocationIn(Strict):
    """预算下达 to a department for a year."""

    county: Annotated[str, StringConstraints(pattern=r"^\d{6}$")]
    organisation: Line
    year: Annotated[int, Field(ge=2020, le=2100)]
    amount_fen: PositiveFen
    reference: Line


class CheckIn(Strict):
    """A task a department wants a community to do."""

    community: Community
    organisation: Line
    domain: Domain
    title: Line
    item_id: UUID | None = None
