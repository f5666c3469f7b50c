"""A handle tells the service that holds it what its owner may do now, and nothing else."""

from typing import Any

import httpx
from fastapi import FastAPI

from services.common.database import Connection
from services.common.peers import InProcess, Peer
from services.registry.clients.identity import NOBODY, Identity, Standing
from tests.factories.identity import PASSWORD, Browser
from tests.integration.identity.test_token_for_systems import SECRET

NOTHING = {"active": False, "roles": [], "areas": [], "domains": []}


async def handle_of(http: httpx.AsyncClient, token: str) -> str:
    headers = {"Authorization": f"Bearer {token}"}
    answer = await http.get("/v1/me/standing", headers=headers)
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    return str(answer.json()["handle"])


async def standing(http: httpx.AsyncClient, handle: str) -> dict[str, Any]:
    answer = await http.post("/v1/standings", json={"handle": handle})
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


async def test_a_persons_rights_as_they_are_now(browser: Browser, sql: Connection) -> None:
    http = browser.http
    handle = await handle_of(http, (await browser.tokens())["access_token"])
    assert await standing(http, handle) == {
        "active": True,
        "roles": ["grid_worker"],
        "areas": ["222406001001001"],
        "domains": [],
    }
    await sql.execute("update accounts set areas = '{222406001001002}'")
    assert (await standing(http, handle))["areas"] == ["222406001001002"]
    await sql.execute("update accounts set disabled_at = now()")
    assert await standing(http, handle) == NOTHING


async def test_a_systems_rights_as_they_are_now(http: httpx.AsyncClient, sql: Connection) -> None:
    token = (await http.post("/v1/token", data=SECRET)).json()["access_token"]
    handle = await handle_of(http, token)
    assert SECRET["client_id"] not in handle
    assert (await standing(http, handle))["domains"] == ["health"]
    await sql.execute("update clients set disabled_at = now() where id = $1", SECRET["client_id"])
    assert await standing(http, handle) == NOTHING


async def test_the_registry_understands_the_answers(
    http: httpx.AsyncClient, app: FastAPI, sql: Connection
) -> None:
    token = (await http.post("/v1/token", data=SECRET)).json()["access_token"]
    peer = Peer("identity", base_url="http://identity", transport=InProcess(app))
    registry = Identity(peer)
    handle = await registry.handle_for(token)
    found = await registry.standing(handle)
    assert found == Standing(frozenset({"department_system"}), ("222406",), ("health",))
    await sql.execute("update clients set disabled_at = now() where id = $1", SECRET["client_id"])
    assert await registry.standing(handle) == found, "an answer is believed for a minute"
    registry.forget()
    assert await registry.standing(handle) == NOBODY


async def test_no_handle_is_made_without_a_token_and_none_is_guessed(
    http: httpx.AsyncClient, app: FastAPI
) -> None:
    assert (await http.get("/v1/me/standing")).status_code == 401
    seal = app.state.issuer.sealer.seal
    other = seal(SECRET["client_id"], b"signing-key").hex()
    for wrong in ("", "x", "!!!!", PASSWORD, other, "A" * 64, "é"):
        assert await standing(http, wrong) == NOTHING
    assert (await http.post("/v1/standings", json={"handle": "A" * 600})).status_code == 422
