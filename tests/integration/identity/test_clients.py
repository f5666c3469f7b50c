"""Departments' systems over HTTP: one administrator registers, another gives rights and proof."""

from typing import Any

import httpx
import pytest
from joserfc.jwk import ECKey

from gateway.identity.api.policy import POLICY
from services.common.database import Connection
from tests.factories import identity
from tests.factories.identity import Hands
from tests.factories.identity_office import ADMINISTRATORS, Office

ID = "sys.222406.housing"
PATH = f"/clients/{ID}"
WISH = {"name": "住房系统", "organisation": "222406.housing"}
RIGHTS = {
    "roles": ["department_system"],
    "areas": ["222406"],
    "domains": ["housing"],
    "reason": "接入",
}


async def registered(office: Office) -> int:
    """The version of a system that was registered and entitled."""
    made = await office.send("system_admin", "PUT", PATH, json=WISH)
    assert made.status_code == 201, made.text
    given = await office.send(
        "security_admin", "PUT", f"{PATH}/rights", json=RIGHTS, version=made.json()["version"]
    )
    assert given.status_code == 200, given.text
    return int(given.json()["version"])


async def new_secret(office: Office, version: int, **changes: Any) -> tuple[str, int]:
    body = {"reason": "定期更换", **changes}
    issued = await office.send(
        "security_admin", "PUT", f"{PATH}/secret", json=body, version=version
    )
    assert issued.headers["cache-control"] == "no-store"
    return issued.json()["secret"], issued.json()["version"]


async def ask(http: httpx.AsyncClient, secret: str) -> int:
    form = {"grant_type": "client_credentials", "client_id": ID, "client_secret": secret}
    return (await http.post("/v1/token", data=form)).status_code


async def test_a_system_works_after_two_administrators(
    office: Office, http: httpx.AsyncClient
) -> None:
    version = await registered(office)
    assert await ask(http, "") == 401
    assert await ask(http, "guess") == 401
    seen = (await office.send("auditor", "GET", PATH)).json()
    assert seen == {
        "client_id": ID,
        **WISH,
        "roles": ["department_system"],
        "areas": ["222406"],
        "domains": ["housing"],
        "version": version,
        "is_disabled": False,
        "proof": "none",
        "key_ids": [],
        "previous_secret_until": None,
        "last_used_at": None,
    }
    secret, _ = await new_secret(office, version)
    assert await ask(http, secret) == 200
    seen = (await office.send("auditor", "GET", "/clients")).json()
    by_id = {item["client_id"]: item for item in seen["items"]}
    assert by_id.keys() == {ID, "sys.222406.health"}, "our own applications are not listed"
    assert (by_id[ID]["proof"], by_id[ID]["last_used_at"] is None) == ("secret", False)


async def test_a_secret_is_followed_with_an_overlap(
    office: Office, http: httpx.AsyncClient, hands: Hands
) -> None:
    old, version = await new_secret(office, await registered(office))
    new, version = await new_secret(office, version, overlap_h=2)
    assert [await ask(http, old), await ask(http, new)] == [200, 200]
    hands.forward(hours=3)
    assert [await ask(http, old), await ask(http, new)] == [401, 200]
    hands.forward(hours=-3)
    newest, version = await new_secret(office, version, overlap_h=0)
    assert [await ask(http, new), await ask(http, newest)] == [401, 200]


async def test_keys_take_the_place_of_the_secret(
    office: Office, http: httpx.AsyncClient, sql: Connection
) -> None:
    secret, version = await new_secret(office, await registered(office))
    key = ECKey.generate_key("P-256", {"kid": "k-1"})
    private = {"jwks": {"keys": [key.as_dict(private=True)]}, "reason": "改用公钥"}
    refused = await office.send(
        "security_admin", "PUT", f"{PATH}/keys", json=private, version=version
    )
    assert refused.json()["code"] == "keys-not-usable"
    public = {"jwks": {"keys": [key.as_dict(private=False)]}, "reason": "改用公钥"}
    taken = await office.send("security_admin", "PUT", f"{PATH}/keys", json=public, version=version)
    assert (taken.json()["proof"], taken.json()["key_ids"]) == ("keys", ["k-1"])
    form = identity.asserted(identity.assertion(key, iss=ID, sub=ID))
    assert (await http.post("/v1/token", data=form)).status_code == 200
    assert await ask(http, secret) == 200, "for a day"
    changes = (await office.send("auditor", "GET", f"/account-changes?login={ID}")).json()["items"]
    assert [(item["action"], item["is_client"]) for item in changes] == [
        ("keys_registered", True),
        ("secret_issued", True),
        ("rights_given", True),
        ("created", True),
    ]
    kept = await sql.fetchval("select string_agg(account_changes::text, '') from account_changes")
    assert secret not in kept


async def test_a_closed_system_gets_no_token(office: Office, http: httpx.AsyncClient) -> None:
    secret, version = await new_secret(office, await registered(office))
    body = {"is_disabled": True, "reason": "停用"}
    closed = await office.send(
        "system_admin", "PUT", f"{PATH}/disabled", json=body, version=version
    )
    assert closed.json()["is_disabled"] is True
    assert await ask(http, secret) == 401


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"roles": ["system_admin"]}, "/roles"),
        ({"roles": ["grid_worker"]}, "/roles"),
        ({"areas": ["2224"]}, "/areas/0"),
        ({"domains": ["religion"]}, "/domains"),
    ],
)
async def test_a_system_gets_no_rights_of_people_and_none_outside(
    office: Office, change: dict[str, Any], pointer: str
) -> None:
    version = await registered(office)
    refused = await office.send(
        "security_admin", "PUT", f"{PATH}/rights", json={**RIGHTS, **change}, version=version
    )
    assert pointer in {error["pointer"] for error in refused.json()["errors"]}


async def test_versions_names_and_areas_are_kept_apart(office: Office) -> None:
    version = await registered(office)
    stale = await office.send(
        "security_admin", "PUT", f"{PATH}/rights", json=RIGHTS, version=version + 1
    )
    assert (stale.status_code, stale.json()["code"]) == (412, "client-changed")
    for name in ("desk", "field"):
        taken = await office.send("system_admin", "PUT", f"/clients/{name}", json=WISH)
        assert (taken.status_code, taken.json()["code"]) == (409, "name-taken")
    assert (await office.send("auditor", "GET", "/clients/desk")).status_code == 404
    assert (await office.send("auditor", "GET", PATH, areas=("222401",))).status_code == 404
    elsewhere = {**WISH, "organisation": "222401.housing"}
    refused = await office.send("system_admin", "PUT", "/clients/sys.x", json=elsewhere)
    assert refused.status_code == 422


async def test_no_administrator_does_anothers_work() -> None:
    for operation, rule in POLICY.items():
        if operation.startswith("identity.clients."):
            assert rule.roles <= set(ADMINISTRATORS)
            is_read = operation.endswith((".list", ".get"))
            assert (len(rule.roles) == 3) == is_read
            assert is_read or "auditor" not in rule.roles


async def test_an_account_is_unlocked(office: Office, browser: identity.Browser) -> None:
    path = "/accounts/grid.222406001001001"
    for _ in range(5):
        await browser.submit(password="wrong")
    assert (await browser.submit()).status_code == 429
    done = await office.send(
        "system_admin", "PUT", f"{path}/unlocked", json={"reason": "本人申请"}, version=1
    )
    assert done.status_code == 200, done.text
    assert (await browser.submit()).status_code == 303


async def test_the_rules_of_signing_in_are_shown(office: Office) -> None:
    shown = (await office.send("security_admin", "GET", "/policies")).json()
    assert (shown["lock_after_failures"], shown["delegation_days"]) == (5, 90)
    assert (await office.send("street_officer", "GET", "/policies")).status_code == 403
