"""Registering, changing and deleting webhooks over HTTP."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from services.common.ids import new_id
from services.registry.domain.webhooks import subscriptions
from tests.factories.registry import COUNTY, Registry
from tests.factories.webhooks import Post, post_of

URL = "https://in.example/hook"


@pytest.fixture
async def post(registry: Registry) -> AsyncIterator[Post]:
    async with post_of(registry) as made:
        yield made


async def test_a_secret_is_shown_once_and_sealed_at_rest(post: Post) -> None:
    headers = post.headers()
    body = {"url": URL, "types": ["registry.area.changed.v1"], "description": "居民系统"}
    answer = await post.registry.client.post("/v1/webhooks", json=body, headers=headers)
    assert (answer.status_code, answer.headers["etag"]) == (201, '"1"')
    made = answer.json()
    secret = made.pop("secret")
    assert secret.startswith("whsec_")
    assert made == {
        "id": made["id"],
        "version": 1,
        "organisation": f"{COUNTY}.public_security",
        "areas": [COUNTY],
        "domains": ["public_security"],
        "url": URL,
        "types": ["registry.area.changed.v1"],
        "description": "居民系统",
        "active": True,
        "stopped_for": None,
        "created_at": made["created_at"],
        "former_secret_until": None,
    }
    again = await post.registry.client.post("/v1/webhooks", json=body, headers=headers)
    assert (again.status_code, again.json()) == (201, made)
    kept = await post.registry.rows(
        "select secret_sealed, (select string_agg(convert_from(body, 'UTF8'), '') "
        "from idempotency_keys) as answers from webhooks"
    )
    assert len(kept) == 1
    assert secret not in kept[0]["answers"]
    assert secret.encode() not in kept[0]["secret_sealed"]
    shown = await post.get(f"/{made['id']}")
    assert "secret" not in shown
    assert shown["health"] == {
        "state": "ok", "pending": 0, "dead": 0, "oldest_pending_at": None,
        "failures_in_a_row": 0, "resting_until": None, "last_success_at": None,
        "last_failure_at": None, "last_outcome": None, "missed_at": None,
    }  # fmt: skip


async def test_webhooks_of_another_organisation_do_not_exist(post: Post) -> None:
    mine = await post.subscribe(URL)
    assert (await post.get("", domain="health"))["items"] == []
    client, headers = post.registry.client, post.headers("health")
    path = f"/v1/webhooks/{mine['id']}"
    match = {**headers, "If-Match": '"1"'}
    for answer in (
        await client.get(path, headers=headers),
        await client.patch(path, json={}, headers={**post.headers("health"), "If-Match": '"1"'}),
        await client.delete(path, headers=match),
        await client.get(f"{path}/deliveries", headers=headers),
        await client.post(f"{path}/replay", json={"after": "00"}, headers=post.headers("health")),
        await client.get("/v1/webhooks/x", headers=headers),
    ):
        assert (answer.status_code, answer.json()["code"]) == (404, "webhook-not-found")
    path = f"{path}/deliveries/{new_id()}/replay"
    missing = await client.post(path, headers=post.headers())
    assert (missing.status_code, missing.json()["code"]) == (404, "delivery-not-found")
    malformed = await client.post(path[:-43] + "x/replay", headers=post.headers())
    assert malformed.status_code == 404


async def test_webhooks_are_listed_page_by_page(post: Post) -> None:
    ids = [(await post.subscribe(f"{URL}/{n}"))["id"] for n in range(3)]
    first = await post.get("?limit=2")
    rest = await post.get(f"?limit=2&after={first['next']}")
    assert [item["id"] for item in first["items"] + rest["items"]] == ids
    assert rest["next"] is None


async def test_a_change_needs_the_version_that_was_read(post: Post) -> None:
    made = await post.subscribe(URL)
    path = f"/{made['id']}"
    changed = await post.patch(path, {"url": f"{URL}/2", "active": False}, version=1)
    assert (changed.status_code, changed.headers["etag"]) == (200, '"2"')
    assert (changed.json()["url"], changed.json()["stopped_for"]) == (f"{URL}/2", "owner")
    assert (await post.patch(path, {"active": True}, version=1)).status_code == 412
    headers = post.headers()
    without = await post.registry.client.patch(f"/v1/webhooks{path}", json={}, headers=headers)
    assert without.status_code == 428
    started = await post.patch(path, {"active": True, "types": []}, version=2)
    assert started.json()["stopped_for"] is None


async def test_a_deleted_webhook_is_gone_with_its_deliveries(post: Post) -> None:
    made = await post.subscribe(URL)
    headers = {**post.headers(), "If-Match": '"1"'}
    path = f"/v1/webhooks/{made['id']}"
    for _ in range(2):  # the second is a retry
        answer = await post.registry.client.delete(path, headers=headers)
        assert answer.status_code == 204
    assert (await post.get(""))["items"] == []
    await post.round()


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"url": "http://169.254.169.254/latest/"}, "webhook-address-refused"),
        ({"url": "https://10.0.0.1/"}, "webhook-address-refused"),
        ({"url": "https://x:y@in.example/"}, "webhook-address-refused"),
        ({"url": "https://in.example:22/"}, "webhook-address-refused"),
        ({"url": URL, "types": ["registry.nothing.v1"]}, "validation-failed"),
        ({"url": URL, "secret": "whsec_mine"}, "validation-failed"),
        ({"url": URL, "description": "a\nb"}, "validation-failed"),
        ({}, "validation-failed"),
    ],
)
async def test_what_cannot_be_subscribed_is_refused(
    post: Post, body: dict[str, Any], code: str
) -> None:
    answer = await post.post("", body)
    assert (answer.status_code, answer.json()["code"]) == (422, code)


async def test_an_organisation_has_so_many_and_no_more(post: Post) -> None:
    for number in range(subscriptions.MOST):
        await post.subscribe(f"{URL}/{number}")
    answer = await post.post("", {"url": URL})
    assert (answer.status_code, answer.json()["code"]) == (409, "webhook-limit-reached")


async def test_a_replay_names_a_cursor_or_an_instant(post: Post) -> None:
    made = await post.subscribe(URL)
    path = f"/{made['id']}/replay"
    for body in ({}, {"after": "00", "since": "2026-01-01T00:00:00Z"},
                 {"since": "2026-01-01T00:00:00"}, {"after": "zz"}):  # fmt: skip
        assert (await post.post(path, body)).status_code == 422


async def test_a_rotated_secret_is_new_and_shown_once(post: Post) -> None:
    made = await post.subscribe(URL)
    path = f"/{made['id']}/rotate-secret"
    answer = await post.post(path, {}, version=1)
    assert answer.json()["secret"] not in {made["secret"], None}
    assert answer.json()["former_secret_until"] is not None
    at_once = await post.post(path, {"overlap_s": 0}, version=2)
    assert at_once.json()["former_secret_until"] is None


async def test_only_departments_subscribe(post: Post) -> None:
    for role in ("grid_worker", "county_officer", "system_admin"):
        headers = post.registry.headers(role)
        answer = await post.registry.client.get("/v1/webhooks", headers=headers)
        assert answer.status_code == 403
