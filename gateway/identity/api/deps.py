"""What endpoints ask for."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Final
from urllib.parse import parse_qsl

from fastapi import Depends, Request

from gateway.identity.domain.refusals import RequestMalformed
from gateway.identity.use_cases.issuer import Issuer

FORM: Final = "application/x-www-form-urlencoded"
_MAX_FIELDS: Final = 40


async def _issuer(request: Request) -> Issuer:
    issuer: Issuer = request.app.state.issuer
    return issuer


async def _now(request: Request) -> datetime:
    now: datetime = request.app.state.clock()
    return now


async def _form(request: Request) -> Mapping[str, str]:
    """A form's fields. RFC 6749 §3.2: none twice; an empty one counts as left out."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != FORM:
        raise RequestMalformed(f"The body must be {FORM}.")
    return fields(await request.body())


def fields(encoded: bytes) -> dict[str, str]:
    """The fields of a form or query.

    Raises:
        RequestMalformed: Not UTF-8, too many, or one twice.
    """
    try:
        pairs = parse_qsl(encoded.decode(), errors="strict", max_num_fields=_MAX_FIELDS)
    except ValueError as exc:
        raise RequestMalformed("The parameters are not readable.") from exc
    named = dict(pairs)
    if len(named) != len(pairs):
        raise RequestMalformed("A parameter was sent twice.")
    return named


IssuerDep = Annotated[Issuer, Depends(_issuer)]
NowDep = Annotated[datetime, Depends(_now)]
FormDep = Annotated[Mapping[str, str], Depends(_form)]
