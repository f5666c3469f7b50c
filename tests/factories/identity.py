"""Accounts, clients and journeys through the identity rooms, valid unless told otherwise."""

import base64
import hashlib
import re
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
from argon2 import PasswordHasher
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet

from services.common.clock import utc_now
from services.common.ids import new_id
from services.common.testing import ISSUER

PASSWORD = "Grid-worker-2026"
CHEAP: Mapping[str, Any] = {"hash_memory_kib": 1024, "hash_passes": 1, "hash_lanes": 1}
"""Settings that make hashes fast; the cost itself is argon2's business."""
HASH = PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1).hash(PASSWORD)
TOKEN_ENDPOINT = f"{ISSUER}/identity/v1/token"
JWT_BEARER = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


class Hands:
    """A clock whose hands a test moves."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def __call__(self) -> datetime:
        return utc_now() + self.ahead

    def forward(self, **by: float) -> None:
        self.ahead += timedelta(**by)


def person(**changes: Any) -> dict[str, Any]:
    """A grid worker, in the shape the registry's demo returns."""
    return {
        "login": "grid.222406001001001",
        "name": "金明子",
        "role": "grid_worker",
        "org": "222406001001",
        "areas": ["222406001001001"],
        "domains": [],
        **changes,
    }


def system(**changes: Any) -> dict[str, Any]:
    """A department's system."""
    return {
        "client_id": "sys.222406.health",
        "name": "和龙市卫生健康局系统",
        "role": "department_system",
        "org": "222406.health",
        "areas": ["222406"],
        "domains": ["health"],
        **changes,
    }


@dataclass
class Browser:
    """A person's browser and the web application in it.

    Attributes:
        http: Client on the identity app; keeps cookies.
        client_id: The application.
        redirect_uri: Where it wants to be sent back.
        verifier: Its PKCE verifier.
    """

    http: httpx.AsyncClient
    client_id: str = "field"
    redirect_uri: str = "/field/"
    verifier: str = field(default_factory=lambda: secrets.token_urlsafe(32))

    def query(self, **changes: str | None) -> dict[str, str]:
        digest = hashlib.sha256(self.verifier.encode()).digest()
        asked: dict[str, str | None] = {
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": self.redirect_uri,
            "code_challenge": base64.urlsafe_b64encode(digest).decode().rstrip("="),
            "code_challenge_method": "S256",
            "state": "s-1",
            **changes,
        }
        return {name: value for name, value in asked.items() if value is not None}

    async def open(self, **changes: str | None) -> httpx.Response:
        return await self.http.get("/v1/authorize", params=self.query(**changes))

    async def submit(
        self, login: str = "grid.222406001001001", password: str = PASSWORD, **fields: str
    ) -> httpx.Response:
        token = form_token(await self.open())
        form = {"login": login, "password": password, "form_token": token, **fields}
        return await self.http.post("/v1/authorize", params=self.query(), data=form)

    async def code(self, **sign_in: str) -> str:
        response = await self.submit(**sign_in)
        assert response.status_code == 303, response.text
        return answered(response)["code"]

    async def renew(
        self, page: httpx.Response, new: str, repeated: str | None = None
    ) -> httpx.Response:
        """Answer the page that asks for a new password."""
        form = {
            "form_token": form_token(page),
            "step": hidden(page, "step"),
            "new_password": new,
            "repeated": new if repeated is None else repeated,
        }
        return await self.http.post("/v1/authorize", params=self.query(), data=form)

    async def exchange(self, code: str, /, **changes: str | None) -> httpx.Response:
        form = {
            "grant_type": "authorization_code",
            "client_id": self.client_id,
            "code": code,
            "redirect_uri": self.redirect_uri,
            "code_verifier": self.verifier,
            **changes,
        }
        return await self.http.post("/v1/token", data=form)

    async def tokens(self) -> dict[str, Any]:
        response = await self.exchange(await self.code())
        assert response.status_code == 200, response.text
        return dict(response.json())

    async def refresh(self, token: str, /, **changes: str) -> httpx.Response:
        form = {
            "grant_type": "refresh_token",
            "client_id": self.client_id,
            "refresh_token": token,
            **changes,
        }
        return await self.http.post("/v1/token", data=form)


def form_token(page: httpx.Response) -> str:
    """The signed token inside a sign-in page."""
    return hidden(page, "form_token")


def hidden(page: httpx.Response, name: str) -> str:
    """A hidden field of a sign-in page."""
    found = re.search(rf'name="{name}" value="([^"]+)"', page.text)
    assert found, page.text
    return found[1]


def answered(response: httpx.Response) -> dict[str, str]:
    """The parameters of a redirect back to the application."""
    query = parse_qs(urlsplit(response.headers["location"]).query)
    return {name: values[0] for name, values in query.items()}


def claims_of(token: str, jwks: Mapping[str, Any]) -> dict[str, Any]:
    """The claims of a token whose signature these keys prove."""
    decoded = jwt.decode(token, KeySet.import_key_set({"keys": jwks["keys"]}), ["ES256"])
    return dict(decoded.claims)


def assertion(key: ECKey, **changes: Any) -> str:
    """A client's assertion (RFC 7523); keyword arguments replace claims, None removes one."""
    now = int(time.time())
    claims = {
        "iss": "sys.222406.health",
        "sub": "sys.222406.health",
        "aud": TOKEN_ENDPOINT,
        "iat": now,
        "exp": now + 120,
        "jti": new_id().hex,
        **changes,
    }
    kept = {name: value for name, value in claims.items() if value is not None}
    return jwt.encode({"alg": "ES256"}, kept, key, algorithms=["ES256"])


def asserted(token: str, **changes: str) -> dict[str, str]:
    """The form of a client-credentials request with an assertion."""
    return {
        "grant_type": "client_credentials",
        "client_assertion_type": JWT_BEARER,
        "client_assertion": token,
        **changes,
    }
