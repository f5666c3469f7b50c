"""People and systems of the demo, signed in as they would be, speaking plain HTTP."""

import base64
import hashlib
import re
import secrets
from dataclasses import dataclass
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx

from services.common.ids import new_id

_OK = range(200, 300)


class StepFailed(Exception):
    """Something did not happen as it should; the text says what a reader would see."""


@dataclass(slots=True)
class Actor:
    """Somebody with an access token.

    Attributes:
        name: Account or client.
        http: Client on the suite's address.
        token: Bearer token.
        purpose: Sent with every request; statutory basis of reading personal data.
    """

    name: str
    http: httpx.Client
    token: str
    purpose: str = "case_handling"

    def get(self, path: str, **params: Any) -> Any:
        """The JSON of a read that must succeed."""
        return self.expect(self.send("GET", path, params=params), *_OK)

    def post(self, path: str, body: Any = None, *, version: int | None = None) -> Any:
        """The JSON of a change that must succeed."""
        return self.expect(self.send("POST", path, json=body, version=version), *_OK)

    def send(
        self, method: str, path: str, *, version: int | None = None, **parts: Any
    ) -> httpx.Response:
        """One request with token, purpose and a fresh idempotency key."""
        headers = {
            "Authorization": f"Bearer {self.token}",
            "OneGrid-Purpose": self.purpose,
            "Accept-Language": "zh-CN",
        }
        if method != "GET":
            headers["Idempotency-Key"] = new_id().hex
        if version is not None:
            headers["If-Match"] = f'"{version}"'
        return self.http.request(method, path, headers=headers, **parts)

    def expect(self, response: httpx.Response, *statuses: int) -> Any:
        """The answer's JSON; raises `StepFailed` with the problem's words on another status."""
        if response.status_code not in statuses:
            raise StepFailed(f"{self.name}: {response.request.url.path} → {told(response)}")
        is_json = "json" in response.headers.get("content-type", "")
        return response.json() if is_json else response.content


def told(response: httpx.Response) -> str:
    """An answer in one line: its status and, for a problem, what it says."""
    try:
        body = response.json()
    except ValueError:
        return str(response.status_code)
    words = [str(body[key]) for key in ("title", "detail", "error_description") if body.get(key)]
    faults = [f"{f['pointer']}: {f['detail']}" for f in body.get("errors", [])]
    return " · ".join([str(response.status_code), *words, *faults])


def system(http: httpx.Client, client_id: str, secret: str) -> Actor:
    """A departmental system: OAuth client credentials."""
    form = {"grant_type": "client_credentials"}
    answer = http.post("/identity/v1/token", data=form, auth=(client_id, secret))
    return Actor(client_id, http, _token(answer, client_id))


def person(http: httpx.Client, login: str, password: str, app: str = "desk") -> Actor:
    """A person: the sign-in page, then code and PKCE, as the web apps do it."""
    verifier = secrets.token_urlsafe(48)
    digest = hashlib.sha256(verifier.encode()).digest()
    redirect = str(http.base_url.join(f"/{app}/"))
    params = {
        "response_type": "code",
        "client_id": app,
        "redirect_uri": redirect,
        "code_challenge": base64.urlsafe_b64encode(digest).decode().rstrip("="),
        "code_challenge_method": "S256",
        "state": secrets.token_urlsafe(8),
        "ui_locales": "zh-CN",
    }
    page = http.get("/identity/v1/authorize", params=params)
    fields = _form(page.text) | {"login": login, "username": login, "password": password}
    answer = http.post("/identity/v1/authorize", params=params, data=fields)
    codes = parse_qs(urlsplit(answer.headers.get("location", "")).query).get("code")
    if not codes:
        raise StepFailed(f"{login} could not sign in: {answer.status_code}")
    form = {
        "grant_type": "authorization_code",
        "code": codes[0],
        "redirect_uri": redirect,
        "client_id": app,
        "code_verifier": verifier,
    }
    return Actor(login, http, _token(http.post("/identity/v1/token", data=form), login))


def _token(answer: httpx.Response, name: str) -> str:
    if answer.status_code not in _OK:
        raise StepFailed(f"{name} could not sign in: {told(answer)}")
    token: str = answer.json()["access_token"]
    return token


def _form(page: str) -> dict[str, str]:
    """The hidden fields of the sign-in page."""
    hidden = re.findall(r"<input[^>]*type=\"hidden\"[^>]*>", page)
    pairs = ((re.search(r'name="([^"]*)"', h), re.search(r'value="([^"]*)"', h)) for h in hidden)
    return {unescape(name[1]): unescape(value[1]) for name, value in pairs if name and value}
