"""What lists are narrowed to; None does not narrow."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ItemFilters:
    """What a list of items is narrowed to.

    Attributes:
        within: Area prefix, no finer than a community.
        states: Effective states.
        item_class: Class.
        domain: Domain.
        organisation: Applicant.
        arrears: Whether money is overdue.
    """

    within: str | None = None
    states: tuple[str, ...] | None = None
    item_class: str | None = None
    domain: str | None = None
    organisation: str | None = None
    arrears: bool | None = None


@dataclass(frozen=True, slots=True)
class RefusalFilters:
    """What the refusal report is narrowed to.

    Attributes:
        within: Area prefix.
        reason: Reason code.
        organisation: Who was refused.
    """

    within: str | None = None
    reason: str | None = None
    organisation: str | None = None
