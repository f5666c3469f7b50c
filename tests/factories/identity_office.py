"""The three administrators of a county, at the HTTP edge of the identity rooms."""

from typing import Any

import httpx

from gateway.identity.use_cases.issuer import Issuer
from services.common.ids import new_id
from services.common.testing import AUDIENCE, ISSUER
from tests.factories.identity import Hands

ADMINISTRATORS = ("system_admin", "security_admin", "auditor")


class Office:
    """The three administrators of a county, at the accounts' HTTP edge."""

    def __init__(self, http: httpx.AsyncClient, issuer: Issuer, hands: Hands) -> None:
        self._http, self._issuer, self._hands = http, issuer, hands
        self.ids = {role: new_id() for role in (*ADMINISTRATORS, "street_officer")}

    async def _headers(self, role: str, areas: list[str], version: int | None) -> dict[str, str]:
        issued_at = int(self._hands().timestamp())
        claims = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "client_id": "desk",
            "iat": issued_at,
            "exp": issued_at + 600,
            "sub": str(self.ids[role]),
            "name": role,
            "org": "222406",
            "roles": [role],
            "areas": areas,
            "domains": [],
        }
        headers = {"Authorization": f"Bearer {await self._issuer.keyring.sign(claims)}"}
        return {**headers, "If-Match": f'"{version}"'} if version is not None else headers

    async def send(
        self,
        role: str,
        method: str,
        path: str,
        *,
        json: Any = None,
        version: int | None = None,
        areas: tuple[str, ...] = ("222406",),
    ) -> httpx.Response:
        headers = await self._headers(role, list(areas), version)
        return await self._http.request(method, f"/v1{path}", json=json, headers=headers)
