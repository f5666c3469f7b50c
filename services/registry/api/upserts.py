"""Rows of a department's system, recorded at once."""

from datetime import date
from typing import Any, Final

from fastapi import APIRouter, Request
from starlette.responses import Response

from services.common.auth import Caller
from services.common.errors import Fault, ValidationFailed
from services.common.idempotency import OnceHeader
from services.registry.api import bodies, documents, upsert_schemas
from services.registry.api.deps import ReadingDep
from services.registry.domain.imports import items
from services.registry.use_cases.imports import upserts

router = APIRouter(prefix="/v1/residents", tags=["imports"])

_RESULT: Final[dict[int | str, dict[str, Any]]] = {200: {"model": upsert_schemas.UpsertResult}}
_LONGEST_CODE: Final = 40


@router.post(
    "/upserts",
    operation_id="registry.residents.upsert",
    summary="Record rows of a department",
    responses=_RESULT,
    openapi_extra=documents.body_of(upsert_schemas.Upserts),
)
async def upsert(
    request: Request, caller: Caller, reading: ReadingDep, once: OnceHeader
) -> Response:
    """Up to 1,000 rows in one transaction; each is created, changed, unchanged or rejected."""
    body = await bodies.json_object(request)
    bodies.only(body, "domain", "county", "observed_on", "items")
    asked = upserts.Upsert(
        domain=bodies.text(body, "domain", _LONGEST_CODE),
        county=bodies.text(body, "county", _LONGEST_CODE),
        domains=caller.domains,
        items=_items(body.get("items")),
        observed_on=_day(body.get("observed_on")),
    )
    answer = await upserts.upsert(request.app.state.importing, reading, asked, once)
    return answer.response()


def _items(value: Any) -> list[Any]:
    if not isinstance(value, list) or not 0 < len(value) <= items.MOST:
        detail = f"A list of 1 to {items.MOST} items is needed."
        raise ValidationFailed(Fault("/items", "items", detail))
    return value


def _day(value: Any) -> date | None:
    if value is None:
        return None
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError) as exc:
        raise ValidationFailed(
            Fault("/observed_on", "date", "A date is written 2026-11-24.")
        ) from exc
