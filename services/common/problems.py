"""The wire form of every error: RFC 9457 problems, in the reader's language.

`type` is `/problems/{code}`, a page this host serves; `instance` is the request id. A bug becomes a
500 without detail, and its trace is logged under the same request id.
"""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

import orjson
from fastapi import Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from services.common.errors import DomainError, Fault, Kind, ValidationFailed

MEDIA_TYPE = "application/problem+json"
_TONGUES = ("zh", "ko", "en")

STATUS: Mapping[Kind, int] = {
    Kind.MALFORMED: 400,
    Kind.INVALID: 422,
    Kind.UNAUTHENTICATED: 401,
    Kind.FORBIDDEN: 403,
    Kind.NOT_FOUND: 404,
    Kind.CONFLICT: 409,
    Kind.GONE: 410,
    Kind.STALE: 412,
    Kind.PRECONDITION_REQUIRED: 428,
    Kind.TOO_LARGE: 413,
    Kind.UNSUPPORTED: 415,
    Kind.LIMITED: 429,
    Kind.UNAVAILABLE: 503,
}

_STATUS_TITLES: Mapping[int, tuple[str, str, str]] = {
    400: ("请求格式有误", "요청 형식이 잘못되었습니다", "Malformed request"),
    401: ("请先登录", "로그인이 필요합니다", "Not signed in"),
    403: ("没有权限", "권한이 없습니다", "Not permitted"),
    404: ("未找到", "찾을 수 없습니다", "Not found"),
    405: ("不支持此操作", "지원하지 않는 방식입니다", "Method not allowed"),
    413: ("内容过大", "내용이 너무 큽니다", "Too large"),
    415: ("不支持的格式", "지원하지 않는 형식입니다", "Unsupported media type"),
    429: ("请求过于频繁", "요청이 너무 잦습니다", "Too many requests"),
    500: ("系统内部错误", "시스템 내부 오류", "Internal error"),
    502: ("上游服务出错", "상위 서비스 오류", "Bad gateway"),
    503: ("服务暂时不可用", "서비스를 일시적으로 사용할 수 없습니다", "Not available"),
    504: ("服务未及时响应", "서비스 응답이 지연됩니다", "No answer in time"),
}

_FAULTS: Mapping[str, tuple[str, str]] = {
    "missing": ("必填。", "필수 항목입니다."),
    "extra_forbidden": ("没有这一项。", "없는 항목입니다."),
    "string_too_long": ("最多 {max_length} 个字符。", "최대 {max_length}자입니다."),
    "string_too_short": ("至少 {min_length} 个字符。", "최소 {min_length}자입니다."),
    "string_pattern_mismatch": ("格式不对，应符合 {pattern}。", "형식이 {pattern}과 다릅니다."),
    "string_type": ("应为文字。", "문자여야 합니다."),
    "int_parsing": ("应为整数。", "정수여야 합니다."),
    "int_type": ("应为整数。", "정수여야 합니다."),
    "bool_parsing": ("应为是或否。", "예 또는 아니요여야 합니다."),
    "list_type": ("应为列表。", "목록이어야 합니다."),
    "too_long": ("最多 {max_length} 项。", "최대 {max_length}개입니다."),
    "too_short": ("至少 {min_length} 项。", "최소 {min_length}개입니다."),
    "greater_than": ("应大于 {gt}。", "{gt}보다 커야 합니다."),
    "greater_than_equal": ("不应小于 {ge}。", "{ge} 이상이어야 합니다."),
    "less_than": ("应小于 {lt}。", "{lt}보다 작아야 합니다."),
    "less_than_equal": ("不应大于 {le}。", "{le} 이하여야 합니다."),
    "literal_error": ("只能是 {expected}。", "{expected} 중 하나여야 합니다."),
    "enum": ("只能是 {expected}。", "{expected} 중 하나여야 합니다."),
    "uuid_parsing": ("应为 UUID。", "UUID여야 합니다."),
    "date_from_datetime_parsing": ("应为日期，如 2026-11-24。", "날짜여야 합니다(2026-11-24)."),
    "date_parsing": ("应为日期，如 2026-11-24。", "날짜여야 합니다(2026-11-24)."),
    "datetime_from_date_parsing": ("应为时刻(RFC 3339)。", "시각이어야 합니다(RFC 3339)."),
    "datetime_parsing": ("应为时刻(RFC 3339)。", "시각이어야 합니다(RFC 3339)."),
    "timezone_aware": ("时刻须带时区。", "시각에 시간대가 있어야 합니다."),
    "model_attributes_type": ("应为对象。", "객체여야 합니다."),
}
"""What pydantic finds, in Chinese and Korean; other findings keep its English."""


def language(accept_language: str | None) -> str:
    """The best of zh, ko and en for an `Accept-Language` header; zh when nothing fits.

    Only the order of appearance is honoured: clients list what they prefer first (RFC 9110 §12.5.4
    allows weights, and none of our clients sends them out of order).
    """
    for part in (accept_language or "").lower().split(","):
        tag = part.split(";")[0].strip()[:2]
        if tag in _TONGUES:
            return tag
    return "zh"


def problem(  # noqa: PLR0913 — the members of one RFC 9457 object
    request: Request,
    status: int,
    code: str,
    titles: Sequence[str],
    detail: str | None = None,
    *,
    extra: Mapping[str, Any] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """One problem response.

    Args:
        request: Its language is spoken, and its id is the `instance` that a log is searched for.
        status: HTTP status, repeated in the body as the RFC asks.
        code: Kebab-case word that also ends the `type` URI.
        titles: Short summary of the kind of problem in zh, ko and en.
        detail: What happened this time, for a person.
        extra: Extension members.
        headers: Such as `Retry-After`.
    """
    body = {
        "type": f"/problems/{code}",
        "title": titles[_TONGUES.index(language(request.headers.get("accept-language")))],
        "status": status,
        "detail": detail,
        "instance": request_id(request),
        "code": code,
        **(extra or {}),
    }
    content = orjson.dumps({k: v for k, v in body.items() if v is not None})
    return Response(content, status, headers=dict(headers or {}), media_type=MEDIA_TYPE)


def status_problem(
    status: int,
    request: Request,
    detail: str | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """The problem for a bare status, such as an unknown route."""
    phrase = HTTPStatus(status).phrase
    code, titles = phrase.lower().replace(" ", "-"), _STATUS_TITLES.get(status, (phrase,) * 3)
    return problem(request, status, code, titles, detail, headers=headers)


def request_id(request: Request) -> str | None:
    """The id the edge gave this request."""
    value: str | None = request.scope.get("state", {}).get("request_id")
    return value


async def on_domain_error(request: Request, exc: Exception) -> Response:
    """A rule's no, translated once for the whole service."""
    assert isinstance(exc, DomainError)  # noqa: S101 — the handler is registered for this class
    titles = (exc.title_zh, exc.title_ko, exc.title)
    extra = dict(exc.extra)
    headers = {}
    if isinstance(exc, ValidationFailed):
        extra["errors"] = [_wire(fault) for fault in exc.faults]
    if "retry_after_s" in extra:
        headers["Retry-After"] = str(extra["retry_after_s"])
    if exc.kind is Kind.UNAUTHENTICATED:
        headers["WWW-Authenticate"] = 'Bearer error="invalid_token"'
    status = STATUS[exc.kind]
    return problem(request, status, exc.code(), titles, exc.detail, extra=extra, headers=headers)


async def on_validation(request: Request, exc: Exception) -> Response:
    """FastAPI's findings as faults with JSON Pointers; its own body never escapes."""
    assert isinstance(exc, RequestValidationError)  # noqa: S101 — registered for this class
    if any(error["type"] == "json_invalid" for error in exc.errors()):
        return status_problem(400, request)
    tongue = language(request.headers.get("accept-language"))
    faults = [
        Fault(_pointer(e["loc"]), e["type"].replace("_", "-"), _told(e, tongue))
        for e in exc.errors()
    ]
    return await on_domain_error(request, ValidationFailed(*faults))


def _told(error: Mapping[str, Any], tongue: str) -> str:
    words = _FAULTS.get(error["type"])
    if words is None or tongue == "en":
        return str(error["msg"])
    return words[0 if tongue == "zh" else 1].format_map(error.get("ctx", {}))


async def on_http_exception(request: Request, exc: Exception) -> Response:
    """Unknown routes, wrong methods and the framework's own refusals."""
    assert isinstance(exc, HTTPException)  # noqa: S101 — registered for this class
    detail = exc.detail if exc.detail != HTTPStatus(exc.status_code).phrase else None
    return status_problem(exc.status_code, request, detail, exc.headers)


def _pointer(location: Sequence[str | int]) -> str:
    """A JSON Pointer for a body value; `#query/…`, `#path/…`, `#header/…` for the rest."""
    where, *rest = location
    path = "/".join(str(p).replace("~", "~0").replace("/", "~1") for p in rest)
    return f"/{path}" if where == "body" else f"#{where}/{path}"


def _wire(fault: Fault) -> dict[str, str]:
    return {"pointer": fault.pointer, "code": fault.code, "detail": fault.detail}
