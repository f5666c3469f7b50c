"""What can go wrong, said without HTTP.

    DomainError
    ├── ValidationFailed     several faults of one input, each with a JSON Pointer
    ├── NotFound …           services subclass DomainError and set `kind` and `title`
    └── …

Each class name states the fact; the wire code is derived from it (`ResidentNotFound` →
`resident-not-found`). The edge maps `Kind` to a status in one table (`services.common.problems`).
"""

import re
from dataclasses import dataclass
from enum import Enum
from typing import Any, ClassVar


class Kind(Enum):
    """What a caller can do about an error; the edge maps it to one HTTP status."""

    MALFORMED = "malformed"
    INVALID = "invalid"
    UNAUTHENTICATED = "unauthenticated"
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not_found"
    CONFLICT = "conflict"
    GONE = "gone"
    STALE = "stale"
    PRECONDITION_REQUIRED = "precondition_required"
    TOO_LARGE = "too_large"
    UNSUPPORTED = "unsupported"
    LIMITED = "limited"
    UNAVAILABLE = "unavailable"


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with an input.

    Attributes:
        pointer: JSON Pointer (RFC 6901) to the value, or `#query/limit`, `#header/If-Match`.
        code: Stable word for programs, kebab-case.
        detail: Sentence for a person.
    """

    pointer: str
    code: str
    detail: str


class DomainError(Exception):
    """A rule said no. Subclasses state the fact; nothing here knows HTTP.

    Args:
        detail: What a person should read; the class docstring's first line when left out.
        extra: Extension members of the problem (RFC 9457 §3.2); typed and few.
    """

    kind: ClassVar[Kind] = Kind.INVALID
    title: ClassVar[str] = "The request cannot be carried out"
    title_zh: ClassVar[str] = "请求无法完成"
    title_ko: ClassVar[str] = "요청을 처리할 수 없습니다"

    def __init__(self, detail: str | None = None, **extra: Any) -> None:
        self.detail = detail or (self.__doc__ or self.title).strip().splitlines()[0]
        self.extra = extra
        super().__init__(self.detail)

    @classmethod
    def code(cls) -> str:
        """The wire code: the class name in kebab-case."""
        return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", cls.__name__).lower()


class ValidationFailed(DomainError):
    """One or more values are not acceptable."""

    title = "The request has invalid values"
    title_zh = "提交的内容有误"
    title_ko = "입력한 내용이 올바르지 않습니다"

    def __init__(self, *faults: Fault) -> None:
        super().__init__("; ".join(fault.detail for fault in faults) or None)
        self.faults = faults


class VersionIsStale(DomainError):
    """Someone changed this record after you read it; read it again."""

    kind = Kind.STALE
    title = "The record has changed"
    title_zh = "记录已被他人修改"
    title_ko = "기록이 이미 변경되었습니다"


class NotPermitted(DomainError):
    """Your account may not do this."""

    kind = Kind.FORBIDDEN
    title = "Not permitted"
    title_zh = "没有权限"
    title_ko = "권한이 없습니다"


class NothingHere(DomainError):
    """There is nothing here, or nothing you may see."""

    kind = Kind.NOT_FOUND
    title = "Not found"
    title_zh = "未找到"
    title_ko = "찾을 수 없습니다"


class PeerUnavailable(DomainError):
    """Another service did not answer in time; try again shortly."""

    kind = Kind.UNAVAILABLE
    title = "A service is not available"
    title_zh = "服务暂时不可用"
    title_ko = "서비스를 일시적으로 사용할 수 없습니다"
