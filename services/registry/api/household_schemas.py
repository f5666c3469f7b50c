"""The shapes of answers about households in time."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from services.registry.api.history_schemas import AsOfFilter


class HouseholdFilter(AsOfFilter):
    """As of which day, known by which instant."""

    on: date | None = Field(
        None, description="The same as `valid_on`.", json_schema_extra={"deprecated": True}
    )


class DwellingGiven(BaseModel):
    """A dwelling that a household has beside its main one."""

    model_config = ConfigDict(extra="forbid")

    dwelling: str = Field(pattern=r"^[0-9]{26}$")
    use: Literal["second", "other", "ended"]
    on: date = Field(description="First day; of `ended` the day after the last.")


class ChangedHousehold(BaseModel):
    """A household, and its version since."""

    id: UUID
    county: str
    version: int


class Period(BaseModel):
    """From the first day to the day after the last; open where it goes on."""

    model_config = ConfigDict(populate_by_name=True)

    since: date = Field(alias="from")
    until: date | None = Field(alias="to")


class Membership(Period):
    """A resident belongs to a household."""

    household_id: UUID
    relation: str | None = Field(description="To the head, GB/T 4761.")
    dwelling: str | None = Field(description="Where the resident lived; null of registrations.")


class HouseholdMember(Period):
    """A member of a household."""

    id: UUID
    version: int
    name: str
    name_ko: str | None
    sex: str
    born_on: date | None
    relation: str | None
    dwelling: str | None
    phone: str | None = Field(description="Masked: 138****1234.")


class HouseholdDwelling(Period):
    """A dwelling of a household."""

    dwelling: str
    use: Literal["main", "second", "other"]


class HouseholdHead(Period):
    """A head of a household."""

    head_id: UUID


class HouseholdInTime(BaseModel):
    """A household, who belongs to it, and its periods."""

    id: UUID
    county: str
    version: int
    number: str | None
    kind: str | None
    dwelling: str | None
    address: str
    head_id: UUID | None
    valid_from: date
    valid_to: date | None
    on: date | None
    known_at: datetime | None
    members: list[HouseholdMember] = Field(description="Who lives in it.")
    registered: list[HouseholdMember] = Field(description="Who is registered in it (户籍).")
    dwellings: list[HouseholdDwelling]
    heads: list[HouseholdHead]


class ResidentHouseholds(BaseModel):
    """The households of a resident: lived in, and registered in (人户分离)."""

    id: UUID
    county: str
    version: int
    living: list[Membership]
    registered: list[Membership]
