"""Proof that a posted form is one we showed to this browser: signed double submit.

The browser holds a random cookie, the form holds an instant and a keyed digest over both and the
client. A page elsewhere can make a browser post a form, but it can neither read the cookie nor make
the digest. No table is needed.
"""

import hmac
import re
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import urlsplit

from fastapi import Request
from starlette.responses import Response

from gateway.identity.use_cases.issuer import Issuer

COOKIE: Final = "onegrid_form"
_LIFE_S: Final = 3_600
_NONCE: Final = re.compile(r"[A-Za-z0-9_-]{43}\Z")


@dataclass(frozen=True, slots=True)
class FormTokens:
    """Makes and checks the tokens of one browser and client.

    Attributes:
        issuer: Has the key.
        nonce: The browser's cookie.
        client: Client id of the authorization request.
    """

    issuer: Issuer
    nonce: str
    client: str

    @classmethod
    def of(cls, request: Request, issuer: Issuer, client: str) -> "FormTokens":
        """Those of the browser that asks; one without a cookie gets a new one.

        A good cookie is kept, so that two tabs do not spoil each other's forms.
        """
        return cls(issuer, cookie(request) or secrets.token_urlsafe(32), client)

    def make(self, now: datetime) -> str:
        """A token for a form shown now."""
        shown_at = str(int(now.timestamp()))
        return f"{shown_at}.{self._digest(shown_at)}"

    def is_good(self, token: str, now: datetime) -> bool:
        """Whether a token came from a form shown to this browser within the last hour."""
        shown_at, _, digest = token.partition(".")
        if not (shown_at.isascii() and shown_at.isdigit() and len(shown_at) < 12):  # noqa: PLR2004 — digits of an instant
            return False
        if not hmac.compare_digest(digest.encode(), self._digest(shown_at).encode()):
            return False
        return 0 <= now.timestamp() - int(shown_at) <= _LIFE_S

    def remember(self, response: Response) -> None:
        """Give the browser its cookie, for this page only."""
        settings = self.issuer.settings
        response.set_cookie(
            COOKIE,
            self.nonce,
            max_age=_LIFE_S,
            path=f"{settings.mount}/v1/authorize",
            secure=settings.issuer.startswith("https:"),
            httponly=True,
            samesite="lax",
        )

    def _digest(self, shown_at: str) -> str:
        text = f"{self.nonce}\0{self.client}\0{shown_at}"
        return self.issuer.sealer.blind_index("form", text).hex()


def cookie(request: Request) -> str | None:
    """The browser's cookie, where it sent a well-formed one."""
    sent = request.cookies.get(COOKIE, "")
    return sent if _NONCE.match(sent) else None


def is_from_here(request: Request, issuer: str) -> bool:
    """Whether a browser posts a form from a page of ours, as far as it says.

    The token proves the form; this says no even where somebody learnt one. A page elsewhere cannot
    choose what its visitor's browser sends in these headers.
    """
    if request.headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
        return False
    origin = request.headers.get("origin", "null")
    here = {urlsplit(issuer).netloc, request.headers.get("host")}
    return origin == "null" or urlsplit(origin).netloc in here
