"""An external OpenID Connect provider that says who somebody is.

Core 1.0 section 3.1 with PKCE, a nonce, and an allow-list of signature algorithms. Only the ID
token is believed, and only after its signature, issuer, audience, times and nonce were checked.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlencode

import structlog
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from gateway.identity.clients.house import Asked, Line, NotIdentified, ProviderAway

ALGORITHMS: Final = ["RS256", "PS256", "ES256"]
_LEEWAY_S: Final = 60
_DISCOVERY_AGE_S: Final = 3600.0

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Trusted:
    """The provider that is trusted, and how we are known there.

    Attributes:
        issuer: Its issuer identifier, where `/.well-known/openid-configuration` is found.
        client_id: Ours.
        client_secret: Ours; empty where it knows us as a public client.
        login_claim: Claim of the ID token that holds the login name.
    """

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    login_claim: str


class Provider:
    """Talks to the provider.

    Args:
        trusted: Which one.

    Raises:
        ValueError: Its address is not https (loopback excepted, for trials).
    """

    is_by_link = False

    def __init__(self, trusted: Trusted) -> None:
        self._trusted = trusted
        self._line = Line(trusted.issuer)
        self._known: tuple[float, Mapping[str, Any], KeySet] | None = None

    async def close(self) -> None:
        """Close its connections."""
        await self._line.close()

    async def address(self, asked: Asked, state: str, challenge: str, locale: str) -> str:
        """Where the browser goes to sign in; raises `ProviderAway`."""
        document, _ = await self._discovered(fresh=False)
        query = {
            "response_type": "code",
            "client_id": self._trusted.client_id,
            "redirect_uri": asked.redirect_uri,
            "scope": "openid profile",
            "state": state,
            "nonce": asked.nonce,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
            "ui_locales": locale,
        }
        return f"{document['authorization_endpoint']}?{urlencode(query)}"

    async def person(self, code: str, asked: Asked) -> str:
        """The login name of whoever signed in there.

        Raises:
            ProviderAway: It did not answer.
            NotIdentified: Its answer proves nothing.
        """
        document, _ = await self._discovered(fresh=False)
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": asked.redirect_uri,
            "client_id": self._trusted.client_id,
            "code_verifier": asked.verifier,
        }
        secret = self._trusted.client_secret
        auth = (self._trusted.client_id, secret) if secret else None
        answer = await self._line.ask("POST", document["token_endpoint"], data=form, auth=auth)
        token = answer.get("id_token")
        if not isinstance(token, str):
            raise NotIdentified
        claims = await self._verified(token, asked.nonce)
        login = claims.get(self._trusted.login_claim)
        if not isinstance(login, str) or not login:
            raise NotIdentified
        return login

    async def _verified(self, token: str, nonce: str) -> dict[str, Any]:
        claims = None
        for fresh in (False, True):
            _, keys = await self._discovered(fresh=fresh)
            try:
                claims = jwt.decode(token, keys, algorithms=ALGORITHMS).claims
            except (JoseError, ValueError) as exc:
                if fresh:
                    raise NotIdentified from exc
                continue
            break
        assert claims is not None  # noqa: S101 — the second round raises where it does not decode
        expected = jwt.JWTClaimsRegistry(
            leeway=_LEEWAY_S,
            iss={"essential": True, "value": self._trusted.issuer},
            aud={"essential": True, "value": self._trusted.client_id},
            exp={"essential": True},
            iat={"essential": True},
            nonce={"essential": True, "value": nonce},
        )
        try:
            expected.validate(claims)
        except JoseError as exc:
            raise NotIdentified from exc
        if claims.get("azp", self._trusted.client_id) != self._trusted.client_id:
            raise NotIdentified
        return dict(claims)

    async def _discovered(self, *, fresh: bool) -> tuple[Mapping[str, Any], KeySet]:
        known = self._known
        if known is not None and not fresh and time.monotonic() - known[0] < _DISCOVERY_AGE_S:
            return known[1], known[2]
        base = self._trusted.issuer.rstrip("/")
        document = await self._line.ask("GET", f"{base}/.well-known/openid-configuration")
        if document.get("issuer") != self._trusted.issuer:
            _log.warning("external.issuer_differs", told=document.get("issuer"))
            raise ProviderAway
        keys = KeySet.import_key_set(await self._line.ask("GET", document["jwks_uri"]))  # type: ignore[arg-type]  # a JSON object
        self._known = (time.monotonic(), document, keys)
        return document, keys
