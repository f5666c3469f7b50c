"""Reading a JSON body without building a model: for the calls made hundreds of times a second."""

from typing import Any

import orjson
from fastapi import Request

from services.common.errors import DomainError, Fault, Kind, ValidationFailed
from services.registry.api.documents import JSON

_MAX_FIELDS = 60


class BodyNotJson(DomainError):
    """The body is no valid JSON object."""

    kind = Kind.MALFORMED
    title = "The body is not valid JSON"
    title_zh = "请求正文不是有效的 JSON"
    title_ko = "요청 본문이 올바른 JSON이 아닙니다"


class MediaTypeNotSupported(DomainError):
    """This operation takes JSON; a patch also application/merge-patch+json."""

    kind = Kind.UNSUPPORTED
    title = "The media type is not supported"
    title_zh = "不支持的请求格式"
    title_ko = "지원하지 않는 요청 형식입니다"


async def json_object(request: Request, *types: str) -> dict[str, Any]:
    """The body as a JSON object.

    Args:
        request: Whose body is read.
        types: Media types accepted beside JSON.

    Raises:
        MediaTypeNotSupported: Its content type is another.
        BodyNotJson: It is no JSON object.
    """
    sent = request.headers.get("content-type", JSON).partition(";")[0].strip().lower()
    if sent != JSON and sent not in types:
        raise MediaTypeNotSupported
    try:
        body = orjson.loads(await request.body())
    except orjson.JSONDecodeError as exc:
        raise BodyNotJson from exc
    if not isinstance(body, dict):
        raise BodyNotJson
    return body


def only(body: dict[str, Any], *names: str) -> None:
    """Pass when an object has no other members; an ignored filter would answer too much.

    Raises:
        ValidationFailed: Points at each of the others.
    """
    other = [name for name in body if name not in names]
    if other:
        raise ValidationFailed(
            *(Fault(f"/{n[:64]}", "extra-forbidden", "There is no such member.") for n in other)
        )


def text(body: dict[str, Any], name: str, longest: int, pointer: str = "") -> str:
    """A text member that must be there and not be empty.

    Raises:
        ValidationFailed: It is missing, no text, or too long.
    """
    value = body.get(name)
    if not isinstance(value, str) or not 0 < len(value) <= longest:
        raise ValidationFailed(
            Fault(f"{pointer}/{name}", "string", f"A text of 1 to {longest} characters is needed.")
        )
    return value


def flag(body: dict[str, Any], name: str) -> bool:
    """A true or false member; false when it is missing.

    Raises:
        ValidationFailed: It is something else.
    """
    value = body.get(name, False)
    if not isinstance(value, bool):
        raise ValidationFailed(Fault(f"/{name}", "boolean", "true or false is expected."))
    return value


def field_codes(value: Any, pointer: str) -> list[str]:
    """The codes of the fields that are asked for.

    Raises:
        ValidationFailed: None, too many, or no list of texts.
    """
    if not isinstance(value, list) or not 0 < len(value) <= _MAX_FIELDS:
        raise ValidationFailed(
            Fault(pointer, "fields-required", f"Name the fields you need, 1 to {_MAX_FIELDS}.")
        )
    if not all(isinstance(code, str) for code in value):
        raise ValidationFailed(Fault(pointer, "string", "A field is named by its code."))
    return value
