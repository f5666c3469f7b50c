"""Signing keys: made once, published while needed, followed by newer ones."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from gateway.identity.app import create_app
from gateway.identity.settings import IdentitySettings
from gateway.identity.use_cases import upkeep
from services.common.auth import Gate, NotSignedIn, PeerKeys, allow
from services.common.database import Connection
from services.common.peers import InProcess, Peer
from services.common.sealing import SealBroken
from services.common.testing import ISSUER
from tests.factories import identity
from tests.factories.identity import Browser, Hands, claims_of

Settings = Callable[..., IdentitySettings]
Connect = Callable[[FastAPI], httpx.AsyncClient]


async def kids(http: httpx.AsyncClient) -> list[str]:
    response = await http.get("/v1/jwks")
    assert response.headers["cache-control"] == "public, max-age=300"
    return [key["kid"] for key in response.json()["keys"]]


async def admin(
    app: FastAPI, http: httpx.AsyncClient, role: str = "security_admin"
) -> dict[str, str]:
    """Headers of somebody with a role."""
    async with app.state.issuer.store.transaction() as tx:
        person = identity.person(login=f"person.{role}", role=role, areas=["2224"])
        await tx.accounts.put_accounts([person], identity.HASH, app.state.clock(), is_demo=False)
    browser = Browser(http)
    answer = await browser.exchange(await browser.code(login=f"person.{role}"))
    return {"Authorization": f"Bearer {answer.json()['access_token']}", "Idempotency-Key": "k-1"}


async def test_the_first_start_makes_a_key_and_the_next_keeps_it(
    app: FastAPI,
    http: httpx.AsyncClient,
    start: Callable[..., Awaitable[FastAPI]],
    connect: Connect,
    sql: Connection,
) -> None:
    response = await http.get("/v1/jwks")
    (key,) = response.json()["keys"]
    assert set(key) == {"kty", "crv", "x", "y", "kid", "use", "alg"}
    assert (key["kty"], key["crv"], key["use"], key["alg"]) == ("EC", "P-256", "sig", "ES256")
    async with connect(await start()) as again:
        assert await kids(again) == [key["kid"]]
    row = await sql.fetchrow("select public_jwk::text, sealed from signing_keys")
    assert row is not None
    assert '"d"' not in row["public_jwk"]
    assert b'"d"' not in row["sealed"]


async def test_two_first_starts_at_once_make_one_key(
    settings: Settings, sql: Connection, hands: Hands
) -> None:
    apps = [create_app(settings(), {}, clock=hands) for _ in range(2)]

    async def run(app: FastAPI) -> None:
        async with app.router.lifespan_context(app):
            pass

    await asyncio.gather(*(run(app) for app in apps))
    assert await sql.fetchval("select count(*) from signing_keys") == 1


async def test_many_signatures_after_a_change_read_the_table_once(app: FastAPI) -> None:
    keyring = app.state.issuer.keyring
    keyring.reread()
    tokens = await asyncio.gather(*(keyring.sign({"n": n}) for n in range(5)))
    published = {"keys": await keyring.published()}
    assert [claims_of(token, published)["n"] for token in tokens] == [0, 1, 2, 3, 4]


async def test_a_moved_private_key_does_not_open(
    app: FastAPI, start: Callable[..., Awaitable[FastAPI]], connect: Connect, sql: Connection
) -> None:
    await sql.execute("update signing_keys set kid = 'moved'")
    other = await start()
    with pytest.raises(SealBroken):
        await other.state.issuer.keyring.published()


async def test_an_old_key_is_followed_with_notice_and_then_withdrawn(
    app: FastAPI, browser: Browser, hands: Hands
) -> None:
    issuer, http = app.state.issuer, browser.http
    (first,) = await kids(http)
    hands.forward(days=91)
    await upkeep.tend(issuer, hands)
    second, still_first = await kids(http)
    assert still_first == first
    # Published, but it does not sign yet.
    early = (await browser.tokens())["access_token"]
    assert claims_of(early, only(first, (await http.get("/v1/jwks")).json()))
    hands.forward(minutes=10, seconds=1)
    await upkeep.tend(issuer, hands)
    late = (await browser.tokens())["access_token"]
    keys = (await http.get("/v1/jwks")).json()
    assert claims_of(late, only(second, keys))
    assert claims_of(early, only(first, keys))
    hands.forward(minutes=11)
    await upkeep.tend(issuer, hands)
    assert await kids(http) == [second]


def only(kid: str, jwks: dict[str, Any]) -> dict[str, Any]:
    return {"keys": [key for key in jwks["keys"] if key["kid"] == kid]}


async def test_a_security_administrator_may_follow_the_key(
    app: FastAPI, http: httpx.AsyncClient
) -> None:
    (first,) = await kids(http)
    headers = await admin(app, http)
    answer = await http.post("/v1/signing-keys", json={}, headers=headers)
    assert answer.status_code == 201
    assert await kids(http) == [answer.json()["kid"], first]
    again = await http.post("/v1/signing-keys", json={}, headers=headers)
    assert again.json() == answer.json()
    assert again.headers["idempotency-replayed"] == "true"
    assert len(await kids(http)) == 2


async def test_a_compromised_key_is_withdrawn_at_once(
    app: FastAPI, http: httpx.AsyncClient
) -> None:
    (first,) = await kids(http)
    headers = await admin(app, http)
    body = {"is_compromised": True}
    answer = await http.post("/v1/signing-keys", json=body, headers=headers)
    assert await kids(http) == [answer.json()["kid"]] != [first]
    token = (await Browser(http).tokens())["access_token"]
    assert claims_of(token, (await http.get("/v1/jwks")).json())


async def test_nobody_else_may_follow_the_key(app: FastAPI, http: httpx.AsyncClient) -> None:
    headers = await admin(app, http, role="system_admin")
    assert (await http.post("/v1/signing-keys", json={}, headers=headers)).status_code == 403
    assert (await http.post("/v1/signing-keys", json={})).status_code == 401


async def test_a_service_verifies_our_tokens_and_learns_a_new_key(
    app: FastAPI, browser: Browser
) -> None:
    peer = Peer("identity", base_url="http://identity", transport=InProcess(app))
    policy = {"x": allow("grid_worker")}
    gate = Gate(PeerKeys(peer), issuer=ISSUER, audience="onegrid", policy=policy)
    token = (await browser.tokens())["access_token"]
    principal = await gate.admit("x", f"Bearer {token}", None)
    assert principal is not None
    assert (principal.name, principal.areas) == ("金明子", ("222406001001001",))
    head, body, _ = token.split(".")
    with pytest.raises(NotSignedIn):
        await gate.admit("x", f"Bearer {head}.{body}.{'A' * 86}", None)
    await peer.close()


async def test_the_metadata_names_every_endpoint(http: httpx.AsyncClient) -> None:
    document = (await http.get("/v1/metadata")).json()
    confidential = ["client_secret_basic", "client_secret_post", "private_key_jwt"]
    assert document == {
        "issuer": ISSUER,
        "authorization_endpoint": f"{ISSUER}/identity/v1/authorize",
        "token_endpoint": f"{ISSUER}/identity/v1/token",
        "jwks_uri": f"{ISSUER}/.well-known/jwks.json",
        "revocation_endpoint": f"{ISSUER}/identity/v1/revoke",
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code", "refresh_token", "client_credentials"],
        "token_endpoint_auth_methods_supported": [*confidential, "none"],
        "token_endpoint_auth_signing_alg_values_supported": ["ES256"],
        "revocation_endpoint_auth_methods_supported": [*confidential, "none"],
        "revocation_endpoint_auth_signing_alg_values_supported": ["ES256"],
        "code_challenge_methods_supported": ["S256"],
        "ui_locales_supported": ["zh-CN", "ko", "en"],
        "authorization_response_iss_parameter_supported": True,
    }
