"""The shapes of the registers, to read what is sent and for the OpenAPI document."""

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from services.registry.api.schemas import PageFilter
from services.registry.domain.registers.entries import Draft

_HEAD = {"area", "valid_from", "valid_until", "reason"}


class EntryDraft(BaseModel):
    """What every register asks for."""

    model_config = ConfigDict(extra="forbid")

    area: str = Field(max_length=26, description="Code of the area it is about.")
    valid_from: date
    valid_until: date | None = Field(None, description="The day after the last.")
    title: str = Field(min_length=1, max_length=200)
    reason: str | None = Field(
        None, min_length=1, max_length=500, description="Of a further version: why it is needed."
    )

    def draft(self) -> Draft:
        """The version to enter."""
        content = self.model_dump(mode="json", exclude=_HEAD)
        return Draft(self.area, self.valid_from, self.valid_until, content, self.reason)


class AgreementDraft(EntryDraft):
    """共享协议: one domain provides fields to an organisation."""

    document_no: str = Field(min_length=1, max_length=100, description="Number of the document.")
    provider_domain: str = Field(max_length=40)
    receiver: str = Field(max_length=60, description="Code of the organisation.")
    fields: list[str] = Field(min_length=1, max_length=60, description="All of the provider's.")
    purpose: str = Field(min_length=1, max_length=500)
    legal_basis: str = Field(min_length=4, max_length=500)


class AssessmentDraft(EntryDraft):
    """个人信息保护影响评估 (PIPL 55, 56)."""

    processing: Literal[
        "sensitive", "automated_decision", "entrusting_or_providing", "abroad", "other_major"
    ]
    description: str = Field(min_length=1, max_length=4000)
    risks: str = Field(min_length=1, max_length=4000)
    measures: str = Field(min_length=1, max_length=4000)
    conclusion: Literal["acceptable", "acceptable_with_measures", "not_acceptable"]


class NoticeDraft(EntryDraft):
    """告知书、同意书: what a resident is told, or asked (PIPL 14 to 17)."""

    kind: Literal["notice", "consent"]
    text_zh: str = Field(min_length=1, max_length=8000)
    text_ko: str = Field(min_length=1, max_length=8000)
    text_en: str | None = Field(None, min_length=1, max_length=8000)


class Notified(BaseModel):
    """Who was told of a breach."""

    model_config = ConfigDict(extra="forbid")

    whom: str = Field(min_length=1, max_length=200)
    at: AwareDatetime
    how: str = Field(min_length=1, max_length=500)


class BreachDraft(EntryDraft):
    """个人信息安全事件 (PIPL 57); no name or number of a resident belongs in it."""

    happened: str = Field(min_length=1, max_length=4000, description="What, and why.")
    found_at: AwareDatetime
    categories: list[str] = Field(min_length=1, max_length=40, description="Kinds of data.")
    affected: int | None = Field(
        None, ge=0, le=2_000_000_000, description="Residents; null while unknown."
    )
    harm: str = Field(min_length=1, max_length=4000, description="What may come of it.")
    measures: str = Field(min_length=1, max_length=4000)
    notified: list[Notified] = Field(max_length=100)
    residents: Literal["not_yet", "notified", "harm_avoided"] = Field(
        description="`harm_avoided`: measures avoid the harm, so residents need not be told."
    )


class EntryAccepted(BaseModel):
    """What was entered."""

    id: UUID
    version: int


class Entry(BaseModel):
    """A version of an entry, with the members of its register."""

    model_config = ConfigDict(extra="allow")

    id: UUID
    version: int
    area: str
    valid_from: date
    valid_until: date | None
    standing: bool = Field(description="Whether it is in force today.")
    title: str
    reason: str | None
    entered_by: str
    entered_organisation: str
    entered_at: datetime


class EntryPage(BaseModel):
    """Entries in their newest versions."""

    items: list[Entry]
    next: str | None


class EntryInFull(BaseModel):
    """All versions of an entry, newest first."""

    id: UUID
    versions: list[Entry]


class EntryFilter(PageFilter):
    """Which entries; those the caller may see."""


class ConsentSaid(BaseModel):
    """What a resident said about a version of a text."""

    model_config = ConfigDict(extra="forbid")

    notice: UUID
    version: int = Field(ge=1, le=100_000)
    given: bool = Field(description="false withdraws.")
    said_by: Literal["resident", "guardian"] = "resident"


class ConsentKept(BaseModel):
    """What was kept."""

    id: UUID
    notice: UUID
    given: bool


class Consent(ConsentKept):
    """A word of a resident."""

    notice_version: int
    title: str
    said_by: Literal["resident", "guardian"]
    stands: bool = Field(description="Whether nothing was said about this text later.")
    recorded_by: str
    recorded_organisation: str
    recorded_at: datetime


class ConsentList(BaseModel):
    """Newest first."""

    items: list[Consent]
    next: None


class RetentionClass(BaseModel):
    """How long one class of data is kept."""

    data_class: str
    name_zh: str
    basis: str
    period: str
    setting: str | None
    action: str
    recorded: bool = Field(description="Whether each deletion is entered below.")


class RetentionRun(BaseModel):
    """A deletion because its time was over."""

    table: str
    deleted: str
    rows: int
    rule: str
    ran_at: datetime


class Retention(BaseModel):
    """Classes with the settings in force, and the newest deletions."""

    items: list[RetentionClass]
    runs: list[RetentionRun]
    next: None


Answers = dict[int | str, dict[str, Any]]
