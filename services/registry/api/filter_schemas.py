"""The shape of a filter in a request body."""

from datetime import date
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from services.registry.domain import filters
from services.registry.domain.askers import Asker
from services.registry.domain.catalogue import Catalogue

_PRINTABLE = r"^[^\x00-\x1f\x7f]+$"


class Condition(BaseModel):
    """What one field must be."""

    model_config = ConfigDict(extra="forbid")

    field: str = Field(min_length=1, max_length=64, description="Code of the catalogue.")
    op: Literal["eq", "in", "ge", "le", "missing", "stale"] = Field(
        description="`missing` and `stale` take no value; `in` takes a list."
    )
    value: Any = None


class Filter(BaseModel):
    """Which residents: all that is given must hold; an unknown member is refused."""

    model_config = ConfigDict(extra="forbid")

    within: str = Field(max_length=26, description="Area code; it and everything inside it.")
    name: str | None = Field(
        None,
        min_length=1,
        max_length=40,
        pattern=_PRINTABLE,
        description=(
            "Two characters or more anywhere in a name (汉字, 한글), one at its beginning; "
            "the beginning of its pinyin; or initials (`jzz`, ㄱㅊㅅ)."
        ),
    )
    phone: str | None = Field(
        None, min_length=4, max_length=32, pattern=_PRINTABLE, description="A whole number."
    )
    address: str | None = Field(
        None,
        min_length=1,
        max_length=80,
        pattern=_PRINTABLE,
        description="Words that all stand in the address of the household or the building.",
    )
    where: list[Condition] = Field(
        default_factory=list, max_length=filters.MOST_CONDITIONS, description="All hold."
    )
    living: bool | None = Field(
        default=True, description="The living; false: the dead; null: both."
    )

    def checked(
        self, catalogue: Catalogue, asker: Asker, today: date, pointer: str = ""
    ) -> filters.Filter:
        """The filter of the domain; raises what `filters.check` raises.

        Args:
            catalogue: Of all fields.
            asker: Who filters.
            today: The civil day.
            pointer: Where in the request the filter stands.
        """
        return filters.check(self.asked(), catalogue, asker, today, pointer)

    def asked(self) -> filters.Asked:
        """As it was sent, for who checks it later."""
        return filters.Asked(
            within=self.within,
            name=self.name,
            phone=self.phone,
            address=self.address,
            where=[filters.AskedCondition(c.field, c.op, c.value) for c in self.where],
            living=self.living,
        )
