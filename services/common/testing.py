"""What tests of a service need from the mechanisms: tokens of any shape, and an issuer to trust."""

import time
from collections.abc import Iterable
from typing import Any

from joserfc import jwt
from joserfc.jwk import ECKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from services.common.ids import new_id
from services.common.peers import InProcess, Peer

ISSUER = "http://testserver"
AUDIENCE = "onegrid"
KEY_ENCRYPTION_KEY = "dGVzdC1rZXktZW5jcnlwdGlvbi1rZXktMzItYnl0ZXM"


class TokenMint:
    """An issuer of access tokens; its `peer()` stands where a service expects `identity`."""

    def __init__(self) -> None:
        self.key = ECKey.generate_key("P-256", parameters={"kid": new_id().hex, "use": "sig"})

    def token(
        self,
        *,
        roles: Iterable[str],
        areas: Iterable[str] = ("2224",),
        org: str = "222406",
        domains: Iterable[str] = (),
        **claims: Any,
    ) -> str:
        """A signed token; keyword arguments replace or add claims (None removes one)."""
        now = int(time.time())
        body: dict[str, Any] = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": "person-1",
            "client_id": "tests",
            "iat": now,
            "exp": now + 600,
            "jti": new_id().hex,
            "name": "金明子",
            "org": org,
            "roles": list(roles),
            "areas": list(areas),
            "domains": list(domains),
            **claims,
        }
        header = {"alg": "ES256", "typ": "at+jwt", "kid": self.key.kid}
        kept = {name: value for name, value in body.items() if value is not None}
        return jwt.encode(header, kept, self.key, algorithms=["ES256"])

    def headers(self, *, purpose: str | None = None, **token: Any) -> dict[str, str]:
        """Request headers with such a token, a fresh idempotency key and, if given, a purpose."""
        bearer = f"Bearer {self.token(**token)}"
        headers = {"Authorization": bearer, "Idempotency-Key": new_id().hex}
        return {**headers, "OneGrid-Purpose": purpose} if purpose else headers

    def peer(self) -> Peer:
        """A peer named `identity` that publishes this mint's key."""

        async def jwks(_: Request) -> JSONResponse:
            return JSONResponse({"keys": [self.key.as_dict(private=False)]})

        app = Starlette(routes=[Route("/v1/jwks", jwks)])
        return Peer("identity", base_url="http://identity", transport=InProcess(app))
