"""The registry's feed of facts."""

from collections.abc import AsyncIterator
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response, StreamingResponse

from services.common.auth import Caller, Principal
from services.common.errors import Fault, ValidationFailed
from services.registry.api import schemas
from services.registry.domain.feed import FeedReader, reader_of
from services.registry.settings import RegistrySettings
from services.registry.use_cases import events
from services.registry.use_cases.events import Sent, Tide

router = APIRouter(prefix="/v1/events", tags=["events"])

STREAM: Final = "text/event-stream"
_HEARTBEAT_S: Final = 15.0
_LONGEST_CURSOR: Final = 512
_LAST_EVENT_ID: Final = {
    "name": "Last-Event-ID",
    "in": "header",
    "required": False,
    "description": "Where a stream goes on; `after` of the query when it is missing.",
    "schema": {"type": "string", "maxLength": _LONGEST_CURSOR},
}
_RESPONSES: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "model": schemas.EventPage,
        "content": {
            STREAM: {
                "schema": {"type": "string"},
                "example": 'id: 0a1b…\nevent: registry.resident.corrected.v1\ndata: {"id":"…"}\n\n',
            }
        },
    }
}


async def _tide(request: Request) -> Tide:
    tide: Tide = request.app.state.tide
    return tide


TideDep = Annotated[Tide, Depends(_tide)]


@router.get(
    "",
    operation_id="registry.events.list",
    summary="Events after a cursor",
    responses=_RESPONSES,
    openapi_extra={"parameters": [_LAST_EVENT_ID]},
)
async def after(
    request: Request,
    tide: TideDep,
    caller: Caller,
    filters: Annotated[schemas.EventFilter, Query()],
) -> Response:
    """CloudEvents of the caller's areas and fields, in order and without gaps.

    As JSON a page, which waits when there are no events yet. With `Accept: text/event-stream` a
    stream, which ends after some minutes and goes on at `Last-Event-ID`.
    """
    reader = _reader(tide, caller)
    if STREAM in request.headers.get("accept", ""):
        return await _streamed(request, tide, reader, filters.after)
    body = await events.after(tide, reader, filters.after, filters.limit, filters.wait_s)
    return Response(body, media_type="application/json", headers={"Cache-Control": "no-store"})


def _reader(tide: Tide, caller: Principal) -> FeedReader:
    return reader_of(tide.store.catalogue, caller.roles, caller.areas, caller.domains)


async def _streamed(
    request: Request, tide: Tide, reader: FeedReader, cursor: str | None
) -> Response:
    settings: RegistrySettings = request.app.state.settings
    last = request.headers.get("last-event-id") or cursor
    if last and len(last) > _LONGEST_CURSOR:
        raise ValidationFailed(Fault("#header/Last-Event-ID", "too-long", "It is no cursor."))
    sent = events.stream(
        tide, reader, last, last_s=settings.event_stream_s, heartbeat_s=_HEARTBEAT_S
    )
    # The first look decides whether this is a stream or a problem.
    first = await anext(sent, Sent())
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(_wire(first, sent), media_type=STREAM, headers=headers)


async def _wire(first: Sent, rest: AsyncIterator[Sent]) -> AsyncIterator[bytes]:
    yield b"retry: 2000\n\n" + _block(first)
    async for sent in rest:
        yield _block(sent)


def _block(sent: Sent) -> bytes:
    """One event of the stream (WHATWG HTML §9.2.6); a comment keeps the connection alive."""
    if sent.cursor is None:
        return b": still here\n\n"
    if sent.event is None:
        return f"id: {sent.cursor}\n\n".encode()
    return f"id: {sent.cursor}\nevent: {sent.type}\ndata: {sent.event}\n\n".encode()
