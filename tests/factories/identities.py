"""Identity as the registry sees it: keys, and what somebody may do while they are away."""

import base64
from dataclasses import dataclass, field
from typing import Any

import orjson
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from services.common.peers import InProcess, Peer
from services.common.testing import TokenMint

NOBODY = {"active": False, "roles": [], "areas": [], "domains": []}


@dataclass
class Identities:
    """Stands where the registry expects identity: rights are those of the token, until changed.

    Attributes:
        mint: Whose keys it publishes.
        changed: What somebody may do now, by subject; None of a closed account.
        is_down: Whether it answers nothing.
        asked: How often it was asked for a standing.
    """

    mint: TokenMint
    changed: dict[str, dict[str, Any] | None] = field(default_factory=dict)
    is_down: bool = False
    asked: int = 0

    def peer(self) -> Peer:
        routes = [
            Route("/v1/jwks", self._keys),
            Route("/v1/me/standing", self._hand),
            Route("/v1/standings", self._show, methods=["POST"]),
        ]
        app = Starlette(routes=routes)
        return Peer("identity", base_url="http://identity", transport=InProcess(app))

    async def _keys(self, _: Request) -> JSONResponse:
        return JSONResponse({"keys": [self.mint.key.as_dict(private=False)]})

    async def _hand(self, request: Request) -> JSONResponse:
        if self.is_down:
            return JSONResponse({}, 503)
        claims = request.headers["authorization"].split(".")[1]
        return JSONResponse({"handle": claims})

    async def _show(self, request: Request) -> JSONResponse:
        self.asked += 1
        if self.is_down:
            return JSONResponse({}, 503)
        handle = (await request.json())["handle"]
        claims = orjson.loads(base64.urlsafe_b64decode(handle + "=" * (-len(handle) % 4)))
        rights = {name: claims[name] for name in ("roles", "areas", "domains")}
        told = self.changed.get(claims["sub"], rights)
        return JSONResponse(NOBODY if told is None else {"active": True, **rights, **told})
