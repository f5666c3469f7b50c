"""What is kept when somebody says that a record is wrong: disputes of residents, verifications.

DisputeNotFound        there is none, or none the caller may see
DisputeIsOpen          the field of this resident is disputed already
DisputeIsDecided       it was decided before
DisputeNotYours        the owner of the field decides
VerificationNotFound   there is none, or none the caller may see
VerificationIsOver     it was resolved or withdrawn before
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from services.common.clock import local_day
from services.common.errors import DomainError, Kind, NothingHere, NotPermitted
from services.registry.domain.askers import Asker
from services.registry.domain.catalogue import (
    DEPARTMENT_ROLES,
    Catalogue,
    Field,
    FieldNotReadable,
)


class DisputeNotFound(NothingHere):
    """There is no such dispute, or none you may see."""

    title = "Dispute not found"
    title_zh = "未找到该异议"
    title_ko = "해당 이의를 찾을 수 없습니다"


class DisputeIsOpen(DomainError):
    """This field of this resident is disputed already and waits for its owner."""

    kind = Kind.CONFLICT
    title = "The field is disputed already"
    title_zh = "该数据项已有未处理的异议"
    title_ko = "이 항목에는 처리 중인 이의가 있습니다"


class DisputeIsDecided(DomainError):
    """This dispute was decided; open another one when something new is said."""

    kind = Kind.CONFLICT
    title = "The dispute is decided"
    title_zh = "该异议已处理"
    title_ko = "이 이의는 이미 처리되였습니다"


class DisputeNotYours(NotPermitted):
    """The department that owns the field decides a dispute about it."""

    title = "The field's owner decides"
    title_zh = "由数据项的主管部门处理"
    title_ko = "항목의 주관 부문이 처리합니다"


class VerificationNotFound(NothingHere):
    """There is no such verification, or none you may see."""

    title = "Verification not found"
    title_zh = "未找到该核实任务"
    title_ko = "해당 확인 과제를 찾을 수 없습니다"


class VerificationIsOver(DomainError):
    """Somebody looked already, or the sources agree by now."""

    kind = Kind.CONFLICT
    title = "The verification is over"
    title_zh = "该核实任务已结束"
    title_ko = "이 확인 과제는 이미 끝났습니다"


OPEN: Final = "open"


def is_told(field: Field, asker: Asker) -> bool:
    """Whether somebody is told that sources disagree about a field, and what they say.

    Sensitive fields concern their owner alone: that a disability is contested tells enough.
    """
    if not field.readable_by(asker.roles, asker.domains):
        return False
    return field.sensitivity != "sensitive" or field.owner in asker.domains


def is_decider(field: Field, asker: Asker) -> bool:
    """Whether somebody decides about a field for the department that owns it."""
    return bool(asker.roles & DEPARTMENT_ROLES) and field.owner in asker.domains


def told(catalogue: Catalogue, only: str | None, asker: Asker) -> list[str]:
    """Codes of the fields whose disagreements somebody is told, or the one that is asked for.

    Raises:
        UnknownField: There is no such field.
        FieldNotReadable: The field asked for is not among them.
    """
    fields: Iterable[Field] = catalogue.values()
    if only is not None:
        fields = catalogue.named([only], "#query/field")
    codes = [field.code for field in fields if is_told(field, asker)]
    if only is not None and not codes:
        raise FieldNotReadable(f"Not readable for you: {only}.", fields=[only])
    return codes


def age_days(opened_at: datetime, until: datetime) -> int:
    """For how many civil days something has been open, or was."""
    return (local_day(until) - local_day(opened_at)).days
