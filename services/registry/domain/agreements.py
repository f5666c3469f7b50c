"""Sharing agreements (共享协议): under which one domain's fields leave for another organisation.

AgreementMissing    no standing agreement covers a field
"""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from services.common.errors import DomainError, Fault, Kind, ValidationFailed
from services.registry.domain.askers import Asker
from services.registry.domain.catalogue import DEPARTMENT_ROLES, Catalogue, Field


class AgreementMissing(DomainError):
    """No standing sharing agreement covers these fields for your organisation."""

    kind = Kind.FORBIDDEN
    title = "A sharing agreement is missing"
    title_zh = "缺少有效的数据共享协议，请联系联席会议办公室登记"
    title_ko = "유효한 자료공유협의가 없습니다. 련석회의 사무실에 등록을 요청하십시오"


def check(content: Mapping[str, Any], catalogue: Catalogue) -> None:
    """Pass when an agreement names fields that its provider owns.

    Raises:
        UnknownField: There is no such field.
        ValidationFailed: Another domain owns one.
    """
    foreign = [
        f.code
        for f in catalogue.named(content["fields"], "/fields/*")
        if f.owner != content["provider_domain"]
    ]
    if foreign:
        detail = f"The provider does not own: {', '.join(foreign)}."
        raise ValidationFailed(Fault("/fields", "not-the-providers", detail))


def foreign(fields: Iterable[Field], asker: Asker) -> list[str]:
    """The fields that a department needs an agreement for: those of other domains.

    Offices of an area have no domain; they see the record of their own residents.
    """
    if not asker.roles & DEPARTMENT_ROLES:
        return []
    return [field.code for field in fields if field.owner not in asker.domains]


def require(fields: Collection[str], agreed: Mapping[str, str]) -> list[str]:
    """The numbers of the agreements that cover fields, in the order of first use.

    Args:
        fields: That need one.
        agreed: Number of an agreement by field.

    Raises:
        AgreementMissing: With the fields that none covers.
    """
    missing = [code for code in fields if code not in agreed]
    if missing:
        detail = f"No standing agreement covers: {', '.join(missing)}."
        raise AgreementMissing(detail, fields=missing)
    return list(dict.fromkeys(agreed[code] for code in fields))
