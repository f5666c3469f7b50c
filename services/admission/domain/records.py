"""An item as the decisions need it, read under its row's lock."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from services.admission.domain.actors import Actor
from services.admission.domain.items import Action, ItemClass, State, effective_state
from services.admission.domain.money import Instalment, arrears

CLOCKWORK = Actor("system", "系统", "system", frozenset({"system"}), ())
"""Who acts when a timer or a payment moves an item."""


@dataclass(frozen=True, slots=True)
class Item:
    """One item of the record.

    Attributes:
        county: Tenant.
        id: Item id.
        version: Counts changes.
        state: State in the record.
        title: 事项名称.
        item_class: 事项类别.
        domain: Departmental domain.
        organisation: Applicant.
        area: Smallest area that holds its communities.
        starts_on: First day.
        ends_on: Last day, if it has one.
        decided_on: Day of its approval.
        valid_to: Last day of its term, once approved.
        amount_fen: Promised.
        paid_fen: Paid.
        schedule: When it is due.
        communities: Sorted codes.
        hold_transfer: The transfer that reserved the money.
    """

    county: str
    id: UUID
    version: int
    state: State
    title: str
    item_class: ItemClass
    domain: str
    organisation: str
    area: str
    starts_on: date
    ends_on: date | None
    decided_on: date | None
    valid_to: date | None
    amount_fen: int
    paid_fen: int
    schedule: tuple[Instalment, ...]
    communities: tuple[str, ...]
    hold_transfer: UUID | None

    def arrears_fen(self, on: date) -> int:
        """Due before a day and not paid."""
        return arrears(self.schedule, self.paid_fen, on)

    def standing(self, on: date) -> State:
        """Where it stands on a day, whether or not a timer has fired."""
        return effective_state(
            self.state, valid_to=self.valid_to, arrears_fen=self.arrears_fen(on), on=on
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One step of an item, to be recorded with its place in the timeline.

    Attributes:
        action: What was done.
        state: The state after it.
        actor: By whom.
        at: When.
        comment: In the actor's words.
        approval_no: 批准文号, on approval.
        decided_on: Day of the approval.
        valid_to: Last day of the term.
        paid_fen: Added to what is paid; negative for a contra entry.
        hold_transfer: The transfer that reserved the money.
    """

    action: Action
    state: State
    actor: Actor
    at: datetime
    comment: str | None = None
    approval_no: str | None = None
    decided_on: date | None = None
    valid_to: date | None = None
    paid_fen: int = 0
    hold_transfer: UUID | None = None
