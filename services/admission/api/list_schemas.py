"""The wire shapes of the published lists."""

from typing import Annotated

from pydantic import Field, StringConstraints

from services.admission.api.schemas import Day, Line, Strict, Text
from services.admission.domain.areas import COUNTY_LENGTH
from services.admission.domain.lists import NewDocument, NewEntry

Keyword = Annotated[Line, StringConstraints(min_length=2, max_length=50)]


class EntryIn(Strict):
    """A line of a published list; keywords give it away in a task's title."""

    jurisdiction: Annotated[str, StringConstraints(pattern=r"^\d{4}(\d{2})?$")]
    title: Line
    keywords: list[Keyword] = Field(default_factory=list, max_length=20)
    basis: Line
    effective_from: Day
    how_to: Annotated[str, StringConstraints(max_length=400, pattern=r"^[^\x00]*$")] = ""
    purpose: Text | None = None
    process: Text | None = None

    def entry(self) -> NewEntry:
        """The line in the domain's words."""
        return NewEntry(**{**self.model_dump(), "keywords": tuple(self.keywords)})


class EndIn(Strict):
    """Last day of a line."""

    effective_to: Day


class DocumentIn(Strict):
    """A policy document of a prefecture or county."""

    jurisdiction: Annotated[str, StringConstraints(pattern=r"^\d{4}(\d{2})?$")]
    title: Line
    document_no: Line | None = None
    issuer: Line | None = None
    issued_on: Day | None = None

    def document(self) -> NewDocument:
        """The document in the domain's words."""
        level = "county" if len(self.jurisdiction) == COUNTY_LENGTH else "prefecture"
        return NewDocument(level=level, **self.model_dump())
