"""Mappings an organisation keeps: which heading of its files is which field.

MappingNotFound       none of this organisation's
MappingNameTaken      another of its mappings has this name
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from services.common.errors import DomainError, Fault, Kind, ValidationFailed
from services.registry.domain.catalogue import Catalogue
from services.registry.domain.imports import columns


class MappingNotFound(DomainError):
    """There is no such mapping, or none of your organisation's."""

    kind = Kind.NOT_FOUND
    title = "Mapping not found"
    title_zh = "未找到该列对应关系"
    title_ko = "열 대응을 찾을 수 없습니다"


class MappingNameTaken(DomainError):
    """Your organisation has another mapping of this name."""

    kind = Kind.CONFLICT
    title = "The name is taken"
    title_zh = "已有同名的列对应关系"
    title_ko = "같은 이름의 열 대응이 있습니다"


@dataclass(frozen=True, slots=True)
class SavedMapping:
    """A mapping.

    Attributes:
        id: Its own.
        version: Grows with each change.
        name: As its organisation calls it.
        domain: For which its files speak.
        columns: Heading → field code, or `observed_on`.
        updated_at: When it was changed last.
    """

    id: UUID
    version: int
    name: str
    domain: str
    columns: Mapping[str, str]
    updated_at: datetime

    @property
    def used(self) -> dict[str, Any]:
        """How an import names it."""
        return {"id": str(self.id), "version": self.version, "name": self.name}


def view(mapping: SavedMapping) -> dict[str, Any]:
    """A mapping as its organisation sees it."""
    return {
        "id": str(mapping.id),
        "version": mapping.version,
        "name": mapping.name,
        "domain": mapping.domain,
        "columns": dict(mapping.columns),
        "updated_at": mapping.updated_at.isoformat().replace("+00:00", "Z"),
    }


def check(mapping: Mapping[str, str], catalogue: Catalogue) -> None:
    """Pass when every column is a field a file may hold, and no field has two columns.

    Raises:
        ValidationFailed: Points at each column that is not.
    """
    faults: list[Fault] = []
    taken: set[str] = set()
    for heading, code in mapping.items():
        at = f"/columns/{heading[:64].replace('~', '~0').replace('/', '~1')}"
        if code != columns.OBSERVED_ON and code not in catalogue:
            faults.append(Fault(at, "unknown-field", "没有这个字段。"))
        elif code in columns.NOT_IMPORTED:
            faults.append(Fault(at, "not-importable", "该字段不能从文件导入。"))
        elif code in taken:
            faults.append(Fault(at, "field-mapped-twice", "另一列已对应该字段。"))
        elif not columns.tidy(heading):
            faults.append(Fault(at, "no-heading", "列名为空。"))
        taken.add(code)
    if faults:
        raise ValidationFailed(*faults)
