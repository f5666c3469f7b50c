"""What admission answers, for its OpenAPI document; the views come from the store as text."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, Field

from services.admission.domain.checks import ReasonCode
from services.admission.domain.items import ItemClass, State


class InstalmentView(BaseModel):
    """One instalment."""

    due_on: date
    amount_fen: int


class Page(BaseModel):
    """A keyset page."""

    items: list[dict[str, Any]]
    next: str | None


class FundingView(BaseModel):
    """经费 as it stands today."""

    amount_fen: int
    source: str | None
    basis: str | None
    zero_reason: str | None
    schedule: list[InstalmentView]
    paid_fen: int
    arrears_fen: int
    arrears: bool
    next_due_on: date | None


class ItemView(BaseModel):
    """An item as it stands today; `state` already counts the date and the money."""

    id: UUID
    county: str
    version: int
    state: State
    title: str
    item_class: ItemClass = Field(alias="class")
    domain: str
    organisation: str
    area: str
    communities: list[str]
    content: str
    legal_basis: str
    special_explanation: str | None
    starts_on: date
    ends_on: date | None
    contact: dict[str, str] | None
    authority: str | None
    frequency: str | None
    standard: str | None
    process: str | None
    adds: dict[str, bool | str]
    workload_hours_per_month: float | None
    personnel: str | None
    equipment: str | None
    training: str | None
    data_fields: list[str]
    funding: FundingView
    approval: dict[str, Any] | None
    submitted_at: datetime | None
    accepted_at: datetime | None
    created_at: datetime
    updated_at: datetime


class ItemDetail(ItemView):
    """An item with its timeline and payments."""

    timeline: list[dict[str, Any]]
    opinions: list[dict[str, Any]]
    payments: list[dict[str, Any]]


class ItemPage(BaseModel):
    """A page of items."""

    items: list[ItemView]
    next: str | None


class ReasonView(BaseModel):
    """Why a task is refused, and what to do next."""

    code: ReasonCode
    title: str
    how_to: str


class CheckView(BaseModel):
    """The answer to a check; `item` names the item it rests on."""

    admitted: bool
    reason: ReasonView | None = None
    item: dict[str, Any] | None = None
    refusal_id: UUID | None = None


class FigureView(BaseModel):
    """One figure of the survey report, counted now."""

    figure: str
    code: str
    name_zh: str
    value: float | None
    unit: str
    numerator: int | None
    denominator: int | None
    definition: str
    community: str | None
    as_of: datetime
    within: str


class Figures(BaseModel):
    """The figures of one area."""

    as_of: datetime
    within: str
    items: list[FigureView]


class AccountPage(BaseModel):
    """An account and a page of its entries, newest first."""

    account: dict[str, Any]
    items: list[dict[str, Any]]
    next: str | None


class Listing(BaseModel):
    """A short list, whole."""

    items: list[dict[str, Any]]


class AllocationView(BaseModel):
    """A budget after money was allotted to it."""

    transfer_id: UUID
    account: str
    balance_fen: int
