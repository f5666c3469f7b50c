"""Sharing agreements of the demo: each department may be given what the catalogue lets it read."""

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple
from uuid import UUID, uuid5

from services.registry.domain.catalogue import Catalogue
from services.registry.domain.organisations import DEPARTMENTS

_NAMES = UUID("6d0e0f0a-4e0f-4b5e-8d67-9b1d2f6c1a22")


class Department(NamedTuple):
    """A receiver: its code, its area and its domain."""

    code: str
    area: str
    domain: str


class Agreement(NamedTuple):
    """An entry; its id follows from who provides and receives: loading twice enters once."""

    entry: UUID
    area: str
    content: dict[str, Any]


def agreements(catalogue: Catalogue, departments: Iterable[Department]) -> Iterator[Agreement]:
    """One for each department and each domain that provides something to it."""
    for receiver in departments:
        provided: dict[str, list[str]] = {}
        for field in catalogue.values():
            if field.owner != receiver.domain and receiver.domain in field.readers:
                provided.setdefault(field.owner, []).append(field.code)
        for number, (owner, fields) in enumerate(sorted(provided.items()), 1):
            content = {
                "title": f"{DEPARTMENTS[owner][0]}向{DEPARTMENTS[receiver.domain][0]}提供数据",
                "document_no": f"示例共享〔2026〕{receiver.code}-{number}号",
                "provider_domain": owner,
                "receiver": receiver.code,
                "fields": fields,
                "purpose": "履行法定职责，核对居民基本信息",
                "legal_basis": "个人信息保护法第三十四条；网络数据安全管理条例第十二条",
            }
            entry = uuid5(_NAMES, f"{owner}:{receiver.code}")
            yield Agreement(entry, receiver.area, content)
