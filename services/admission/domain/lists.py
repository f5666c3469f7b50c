"""The published lists: what a community must not do, must not certify, and may certify.

A row that has been in force is never edited: it ends, and another begins.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from services.common.errors import Fault, ValidationFailed


class ListName(StrEnum):
    """Which list."""

    PROHIBITED = "prohibited"
    RETAINED = "retained"
    NEGATIVE = "negative"


@dataclass(frozen=True, slots=True)
class NewEntry:
    """A line to add to a list.

    Attributes:
        jurisdiction: Area prefix in which it holds.
        title: As it is to be printed.
        keywords: Any of them in a task's title means this line.
        basis: Document it rests on.
        effective_from: First day.
        how_to: What to do instead, for a refusal.
        purpose: What a retained certificate is for.
        process: How a retained certificate is issued.
    """

    jurisdiction: str
    title: str
    keywords: tuple[str, ...]
    basis: str
    effective_from: date
    how_to: str = ""
    purpose: str | None = None
    process: str | None = None


@dataclass(frozen=True, slots=True)
class NewDocument:
    """A policy document to add to the library.

    Attributes:
        jurisdiction: Area prefix it was issued for.
        level: prefecture or county.
        title: As printed.
        document_no: 文号.
        issuer: Who issued it.
        issued_on: When.
    """

    jurisdiction: str
    level: str
    title: str
    document_no: str | None
    issuer: str | None
    issued_on: date | None


def check_entry(name: ListName, entry: NewEntry, on: date) -> None:
    """Whether a line may be added.

    Raises:
        ValidationFailed: It would hold for days that are over, refuse nothing, or, as a retained
            certificate, not say what it is for.
    """
    faults = []
    if entry.effective_from < on:
        text = "清单不追溯，生效日期不得早于今天。"
        faults.append(Fault("/effective_from", "in-past", text))
    if name is not ListName.RETAINED and not entry.keywords:
        faults.append(Fault("/keywords", "required", "请填写识别该事项的关键词。"))
    if name is ListName.RETAINED and not (entry.purpose and entry.process):
        faults.append(Fault("/purpose", "required", "请写明办理用途和具体流程。"))
    if faults:
        raise ValidationFailed(*faults)


def check_end(effective_from: date, effective_to: date, on: date) -> None:
    """Whether a line may end on a day.

    Raises:
        ValidationFailed: The day is over, or lies before the line began.
    """
    if effective_to < max(on, effective_from):
        text = "终止日期不得早于今天和生效日期。"
        raise ValidationFailed(Fault("/effective_to", "in-past", text))
