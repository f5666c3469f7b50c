"""What a department is told of a difference: never more than its catalogue lets it read."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from services.registry.domain import masking
from services.registry.domain.catalogue import Catalogue

_ROLES: Final = frozenset({"department_system"})


@dataclass(frozen=True, slots=True)
class Holder:
    """The resident a difference is about, as the registry holds it now.

    Attributes:
        id: Of the resident.
        name: As registered; None when it is gone.
        grid: Code of its grid, or of a wider area.
        document_kind: Of its document.
        number: Of its document.
    """

    id: str
    name: str | None
    grid: str | None
    document_kind: str | None
    number: str | None


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference.

    Attributes:
        no: Its number in the reconciliation.
        kind: See `outcomes`.
        field: Whose values differ, where values do.
        row: Place in the sheet, where it has one.
        said: What was kept of both sides.
        holder: The resident, where there is one.
    """

    no: int
    kind: str
    field: str | None
    row: int | None
    said: Mapping[str, Any]
    holder: Holder | None


class Teller:
    """Tells a department.

    Args:
        catalogue: Of all fields.
        domain: The department's.
    """

    def __init__(self, catalogue: Catalogue, domain: str) -> None:
        self._catalogue = catalogue
        self._domains = frozenset({domain})

    def may_read(self, code: str) -> bool:
        """Whether the department may read a field of a resident."""
        return self._catalogue[code].readable_by(_ROLES, self._domains)

    def shown(self, code: str, value: Any) -> Any:
        """A value with its mask."""
        if code == "phone" and isinstance(value, str):
            return masking.phone(value)
        return value

    def view(self, difference: Difference) -> dict[str, Any]:
        """A difference as JSON."""
        return {
            "no": difference.no,
            "kind": difference.kind,
            "field": difference.field,
            "row": difference.row,
            "resident": self.resident(difference.holder),
            "file": self._file(difference),
            "registry": self._registry(difference),
        }

    def resident(self, holder: Holder | None) -> dict[str, Any] | None:
        """The resident, restricted to what the department may read."""
        if holder is None:
            return None
        view: dict[str, Any] = {"id": holder.id}
        if self.may_read("name"):
            view["name"] = holder.name
        if self.may_read("dwelling"):
            view["grid"] = holder.grid
        if self.may_read("document") and holder.number is not None:
            kind = holder.document_kind or ""
            view["document"] = {"kind": kind, "number": masking.document(kind, holder.number)}
        return view

    def _file(self, difference: Difference) -> dict[str, Any] | None:
        said = difference.said
        if difference.field is not None:
            value = self.shown(difference.field, said["file"])
            return {"value": value, "observed_on": said["file_observed_on"]}
        if "document" in said:
            number = masking.document("resident_id", said["document"])
            return {
                "name": said["name"],
                "document": {"kind": "resident_id", "number": number},
            }
        if "faults" in said:
            return {"faults": [{"heading": h, "reason": reason} for h, reason in said["faults"]]}
        return None

    def _registry(self, difference: Difference) -> dict[str, Any] | None:
        if difference.field is None:
            return None
        if not self.may_read(difference.field):
            return {"hidden": True}
        said = difference.said
        return {
            "value": self.shown(difference.field, said["registry"]),
            "source": said["source"],
            "domain": said["domain"],
            "observed_on": said["registry_observed_on"],
        }
