"""The shape of every list: items, the next cursor, and the same as a Link."""

from collections.abc import Mapping
from typing import Any

import orjson
from fastapi import Request
from starlette.responses import Response

from services.common import paging


def answer(
    request: Request,
    items: bytes,
    following: str | None,
    more: Mapping[str, Any] | None = None,
) -> Response:
    """A page.

    Args:
        request: To make the link of the next page.
        items: JSON array.
        following: Cursor of the next page; None on the last.
        more: Further members.
    """
    body = b'{"items":' + items + b"," + orjson.dumps({"next": following, **(more or {})})[1:]
    headers = {"Cache-Control": "no-store"}
    if following is not None and request.method == "GET":
        path = f"{request.scope.get('root_path', '')}{request.scope['route'].path}"
        for name, value in request.path_params.items():
            path = path.replace("{" + name + "}", value)
        headers["Link"] = paging.link_next(path, request.url.query, following)
    return Response(body, headers=headers, media_type="application/json")
