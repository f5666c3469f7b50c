"""What the door tells browsers, and whom it keeps out."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import httpx
import pytest

from gateway.pages import SecurityHeaders
from services.common.testing import ISSUER
from tests.factories import identity, suite
from tests.factories.identity import Browser

FOREIGN = "https://evil.example"
SERVICES = ("registry", "tasks", "admission", "identity")
PATHS = (
    "/registry/v1/residents/lookup", "/tasks/v1/whistles", "/admission/v1/items",
    "/identity/v1/token", "/identity/v1/authorize", "/openapi.json", "/livez",
    "/problems/nothing-here", "/.well-known/jwks.json", "/nowhere",
)  # fmt: skip


@pytest.fixture
async def http(
    service_database: Callable[[str, Path], str], tmp_path: Path
) -> AsyncIterator[httpx.AsyncClient]:
    async with suite.running(service_database, tmp_path) as (_, client):
        yield client


async def test_no_foreign_page_may_read_an_answer(http: httpx.AsyncClient) -> None:
    for path in PATHS:
        asked = {"Origin": FOREIGN, "Access-Control-Request-Method": "POST"}
        preflight = await http.options(path, headers=asked)
        assert preflight.status_code in {404, 405}, path
        read = await http.get(path, headers={"Origin": FOREIGN})
        sent = await http.post(path, headers={"Origin": FOREIGN}, json={})
        for answer in (preflight, read, sent):
            allowed = [name for name in answer.headers if name.startswith("access-control-")]
            assert allowed == [], path
            assert answer.headers["cross-origin-resource-policy"] == "same-origin"


async def test_every_answer_is_guarded_and_data_is_not_kept(http: httpx.AsyncClient) -> None:
    for path in PATHS:
        answer = await http.get(path)
        headers = answer.headers
        assert headers["x-content-type-options"] == "nosniff", path
        assert headers["referrer-policy"] in {"same-origin", "no-referrer"}
        assert "frame-ancestors 'none'" in headers["content-security-policy"], path
        assert headers.get_list("content-security-policy") == [headers["content-security-policy"]]
        assert "unsafe-eval" not in headers["content-security-policy"]
        assert "cache-control" in headers
        assert "server" not in headers
        assert "set-cookie" not in headers or path == "/identity/v1/authorize"
    assert (await http.get("/registry/v1/fields")).headers["cache-control"] == "no-store"
    assert "strict-transport-security" not in (await http.get("/livez")).headers


async def test_under_https_a_browser_never_comes_otherwise_again() -> None:
    async def app(scope: object, receive: object, send: object) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})  # type: ignore[operator]  # an ASGI send
        await send({"type": "http.response.body", "body": b""})  # type: ignore[operator]  # an ASGI send

    transport = httpx.ASGITransport(SecurityHeaders(app, https=True))
    async with httpx.AsyncClient(transport=transport, base_url="https://x") as client:
        told = (await client.get("/")).headers["strict-transport-security"]
    assert told == "max-age=31536000"


async def test_a_body_is_bounded_whatever_it_says_of_itself(http: httpx.AsyncClient) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(40):
            yield b"x" * (1 << 16)

    for service in SERVICES:
        for content in (b"x" * (2 << 20), chunks()):
            answer = await http.post(f"/{service}/v1/anything", content=content)
            assert answer.status_code in {404, 413}, service
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    for content in (b"x" * (2 << 20), chunks()):
        whole = await http.post("/identity/v1/token", content=content, headers=form)
        assert (whole.status_code, whole.json()["code"]) == (413, "body-too-large")


async def test_a_form_that_another_site_makes_a_browser_post_is_refused(
    http: httpx.AsyncClient,
) -> None:
    there = httpx.AsyncClient(
        transport=http._transport, base_url=f"{ISSUER}/identity", cookies=http.cookies  # noqa: SLF001 — the same browser
    )  # fmt: skip
    browser = Browser(there)
    token = identity.form_token(await browser.open())
    form = {
        "login": suite.PEOPLE[0]["login"], "password": identity.PASSWORD, "form_token": token,
    }  # fmt: skip
    for headers, status in (
        ({"Origin": FOREIGN}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Origin": "null", "Sec-Fetch-Site": "cross-site"}, 403),
        ({"Origin": ISSUER, "Sec-Fetch-Site": "same-origin"}, 303),
        ({}, 303),
    ):
        answer = await there.post(
            "/v1/authorize", params=browser.query(), data=form, headers=headers
        )
        assert answer.status_code == status, headers
    (cookie,) = [c for c in there.cookies.jar if c.name == "onegrid_form"]
    assert (cookie.path, cookie.has_nonstandard_attr("HttpOnly")) == (
        "/identity/v1/authorize", True,
    )  # fmt: skip
    assert cookie.get_nonstandard_attr("SameSite") == "lax"
    await there.aclose()


async def test_a_cookie_alone_opens_nothing(http: httpx.AsyncClient) -> None:
    cookies = {"Cookie": f"onegrid_form={'x' * 43}; access_token=x; session=x"}
    for path in ("/registry/v1/fields", "/tasks/v1/whistles", "/identity/v1/me"):
        answer = await http.get(path, headers=cookies)
        assert answer.status_code == 401
