"""The shapes of requests and answers about registering and documents."""

from datetime import date, datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from services.registry.api.history_schemas import AsOfTimes
from services.registry.api.life_event_schemas import DocumentGiven, DocumentKind, NewcomerGiven
from services.registry.use_cases.people.registering import Newcomer

_TEXT = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]+$"


class ResidentGiven(NewcomerGiven):
    """A resident to be registered: in a household, or in a dwelling."""

    dwelling: str | None = Field(None, pattern=r"^[0-9]{26}$")
    household_id: UUID | None = None

    def newcomer(self) -> Newcomer:
        """As the use cases take it."""
        values = self.model_dump(exclude={"document", "dwelling", "household_id"})
        document = (self.document.kind, self.document.number) if self.document else None
        return Newcomer(**values, document=document)


class RegisteredResident(BaseModel):
    """A resident who was registered."""

    id: UUID
    county: str
    version: int


class DocumentAdded(DocumentGiven):
    """A document to be added."""

    issued_on: date | None = None
    expires_on: date | None = None
    primary: bool = Field(default=False, description="Whether it is shown from now on.")


class DocumentEnded(BaseModel):
    """Why a document ends."""

    model_config = ConfigDict(extra="forbid")

    reason: str = Field(min_length=1, max_length=200, pattern=_TEXT)


class DocumentCorrected(DocumentEnded):
    """The right number, and why the other was wrong."""

    number: str = Field(min_length=1, max_length=32)


class ChangedDocument(BaseModel):
    """A document that was added, ended or put right, and the version of the record since."""

    id: UUID
    resident: UUID
    version: int


class ResidentDocument(BaseModel):
    """A document of a resident."""

    id: str = Field(description="`primary` where the record alone has it.")
    kind: DocumentKind
    number: str = Field(description="Masked.")
    primary: bool
    issued_on: date | None
    expires_on: date | None
    recorded_at: datetime | None
    ended_at: datetime | None
    end_reason: str | None


class DocumentList(BaseModel):
    """Documents of a resident."""

    items: list[ResidentDocument]
    as_of: AsOfTimes | None = Field(None, description="Absent from what is known now.")
