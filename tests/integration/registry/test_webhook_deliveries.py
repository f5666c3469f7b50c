"""Deliveries of webhooks, to receivers that really listen."""

import asyncio
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
import standardwebhooks
from aiohttp import web

from services.common.timers import TimerLoop
from services.registry.domain.webhooks.attempts import RETRIES_S
from services.registry.store.webhooks import deliveries, turns
from services.registry.use_cases.webhooks import courier, upkeep
from tests.factories import event_schemas
from tests.factories.registry import COUNTY, OTHER_COUNTY_GRID, Registry
from tests.factories.webhooks import Post, Receiver, post_of, receiving

DAY = timedelta(days=1)


def status(code: int, **headers: str) -> web.Response:
    return web.Response(status=code, headers=headers)


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as made:
        yield made


@pytest.fixture
async def post(registry: Registry, receiver: Receiver) -> AsyncIterator[Post]:
    async with post_of(registry, receiver) as made:
        yield made


async def health(post: Post, webhook: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = (await post.get(f"/{webhook['id']}"))["health"]
    return found


async def test_an_event_arrives_signed_and_as_the_feed_tells_it(
    post: Post, receiver: Receiver
) -> None:
    await post.publish("name")  # before the subscription
    webhook = await post.subscribe(receiver.url)
    event_id = await post.publish("phone", "low_income")
    await post.publish("low_income")
    await post.publish("phone", area=OTHER_COUNTY_GRID)
    await post.round()
    (got,) = receiver.got
    verified = standardwebhooks.Webhook(webhook["secret"]).verify(got.body, got.headers)
    assert got.headers["webhook-id"] == verified["id"] == event_id
    assert got.headers["content-type"].startswith("application/cloudevents+json")
    assert verified["data"]["fields"] == ["phone"]
    event_schemas.validate(got.event)
    feed = await post.registry.client.get("/v1/events", headers=post.headers())
    assert got.event == feed.json()["items"][1]
    (delivery,) = await post.deliveries(webhook["id"])
    assert (delivery["state"], delivery["attempts"]) == ("delivered", 1)
    assert delivery["outcome"] == "HTTP 204"
    assert (await health(post, webhook))["state"] == "ok"


async def test_each_subscription_gets_its_types_in_the_order_of_the_feed(
    post: Post, receiver: Receiver
) -> None:
    await post.subscribe(receiver.url, types=["registry.area.changed.v1"])
    await post.round()
    await post.publish("phone")
    await post.round()
    assert receiver.got == []
    await post.subscribe(receiver.url, types=["registry.resident.corrected.v1"])
    subjects = [await post.publish("phone") for _ in range(5)]
    await post.round()
    assert sorted(got.headers["webhook-id"] for got in receiver.got) == sorted(subjects)


async def test_a_failure_is_tried_again_until_it_succeeds(post: Post, receiver: Receiver) -> None:
    webhook = await post.subscribe(receiver.url)
    await post.publish("phone")
    receiver.reply = lambda number: status(500 if number < 2 else 200)
    await post.round()
    (waiting,) = await post.deliveries(webhook["id"], "pending")
    assert (waiting["attempts"], waiting["outcome"]) == (1, "HTTP 500")
    await post.round(timedelta(seconds=4))
    assert len(receiver.got) == 1, "not before its time"
    await post.round(timedelta(seconds=3))
    assert len(receiver.got) == 2
    await post.round(timedelta(minutes=7))
    assert len(receiver.got) == 3
    assert len({got.headers["webhook-id"] for got in receiver.got}) == 1
    assert len({got.headers["webhook-timestamp"] for got in receiver.got}) > 1
    assert (await post.deliveries(webhook["id"]))[0]["state"] == "delivered"


async def test_after_the_last_attempt_there_is_a_dead_letter_and_the_endpoint_is_stopped(
    post: Post, receiver: Receiver
) -> None:
    webhook = await post.subscribe(receiver.url)
    event_id = await post.publish("phone")
    receiver.reply = lambda _: status(500)
    await post.round()
    for wait_s in RETRIES_S:
        await post.round(timedelta(seconds=wait_s * 1.2 + 400))
    assert len(receiver.got) == 10
    (dead,) = await post.deliveries(webhook["id"], "dead")
    assert (dead["attempts"], dead["event_id"]) == (10, event_id)
    shown = await post.get(f"/{webhook['id']}")
    assert (shown["active"], shown["stopped_for"]) == (False, "failing")
    assert shown["health"]["state"] == "stopped"
    assert shown["health"]["dead"] == 1
    await post.publish("name")
    await post.round(DAY)
    assert len(receiver.got) == 10
    # Started again it goes on where it stopped, and the dead letter can be sent again.
    receiver.reply = lambda _: status(200)
    started = await post.patch(f"/{webhook['id']}", {"active": True}, version=shown["version"])
    assert started.json()["stopped_for"] is None
    await post.round()
    assert receiver.fields[10:] == [["name"]]
    again = await post.post(f"/{webhook['id']}/deliveries/{dead['id']}/replay")
    assert (again.status_code, again.json()["state"]) == (202, "pending")
    await post.round()
    assert receiver.got[-1].headers["webhook-id"] == event_id
    assert await post.deliveries(webhook["id"], "dead") == []


async def test_one_poisonous_event_does_not_hold_up_the_others(
    post: Post, receiver: Receiver
) -> None:
    webhook = await post.subscribe(receiver.url)
    poison = await post.publish("name")
    receiver.reply = lambda number: status(
        500 if receiver.got[number].headers["webhook-id"] == poison else 200
    )
    for _ in range(4):
        await post.publish("phone")
        await post.round(timedelta(seconds=1))
    states = [d["state"] for d in await post.deliveries(webhook["id"])]
    assert sorted(states) == ["delivered"] * 4 + ["pending"]
    assert (await health(post, webhook))["state"] == "ok"


async def test_retry_after_is_honoured_for_the_whole_endpoint(
    post: Post, receiver: Receiver
) -> None:
    await post.subscribe(receiver.url)
    await post.publish("phone")
    receiver.reply = lambda number: (
        status(503, **{"Retry-After": "600"}) if not number else status(200)
    )
    await post.round()
    await post.publish("name")
    await post.round(timedelta(seconds=500))
    assert len(receiver.got) == 1
    await post.round(timedelta(seconds=130))
    assert len(receiver.got) == 3


async def test_410_stops_the_subscription(post: Post, receiver: Receiver) -> None:
    webhook = await post.subscribe(receiver.url)
    for _ in range(3):
        await post.publish("phone")
    receiver.reply = lambda _: status(410)
    await post.round()
    shown = await post.get(f"/{webhook['id']}")
    assert (shown["active"], shown["stopped_for"]) == (False, "gone")
    dead = await post.deliveries(webhook["id"], "dead")
    assert len(dead) == 3
    asked = len(receiver.got)
    await post.round(DAY)
    assert len(receiver.got) == asked <= 3


async def test_redirects_are_not_followed(post: Post, receiver: Receiver) -> None:
    webhook = await post.subscribe(receiver.url)
    await post.publish("phone")
    for to in ("http://169.254.169.254/latest/meta-data/", receiver.url):
        receiver.reply = lambda _, to=to: status(307, Location=to)  # type: ignore[misc]  # bound early
        before = len(receiver.got)
        await post.round(timedelta(seconds=400))
        assert len(receiver.got) == before + 1
    (waiting,) = await post.deliveries(webhook["id"], "pending")
    assert waiting["outcome"] == "HTTP 307 (redirect not followed)"


async def test_a_struggling_endpoint_gets_one_attempt_at_a_time(
    post: Post, receiver: Receiver
) -> None:
    webhook = await post.subscribe(receiver.url)
    receiver.reply = lambda _: status(500)
    for _ in range(100):
        await post.publish("phone")
    await post.round()
    first = len(receiver.got)
    assert first <= 10, "most of a batch is not even tried"
    assert (await health(post, webhook))["state"] == "struggling"
    await post.round(timedelta(seconds=7))
    assert len(receiver.got) == first + 1
    receiver.reply = lambda _: status(200)
    await post.round(timedelta(seconds=20))
    await post.round(timedelta(minutes=7))
    taken = await health(post, webhook)
    assert (taken["state"], taken["pending"], taken["failures_in_a_row"]) == ("ok", 0, 0)
    assert len({got.headers["webhook-id"] for got in receiver.got}) == 100


async def test_what_waited_too_long_behind_a_dead_endpoint_is_given_up(
    post: Post, receiver: Receiver
) -> None:
    webhook = await post.subscribe(receiver.url)
    receiver.reply = lambda _: status(500)
    for _ in range(20):
        await post.publish("phone")
    await post.round()
    await post.round(timedelta(days=4))
    shown = await post.get(f"/{webhook['id']}")
    assert shown["stopped_for"] == "failing"
    assert (shown["health"]["dead"], shown["health"]["pending"]) == (20, 0)
    assert len(receiver.got) < 15


async def test_a_slow_receiver_delays_nobody_else(registry: Registry) -> None:
    async with receiving() as slow, receiving() as fast:
        slow.reply = lambda _: 12.0
        async with post_of(registry, slow, fast) as post:
            for _ in range(3):
                await post.subscribe(slow.url)
            await post.subscribe(fast.url)
            for _ in range(20):
                await post.publish("phone")
            started = time.monotonic()
            running = asyncio.create_task(post.round())
            await fast.has(20)
            await slow.has(24)
            assert time.monotonic() - started < 10
            assert len(slow.got) == 3 * 8, "eight at a time for each endpoint"
            running.cancel()


async def test_a_killed_worker_loses_nothing_and_repeats_harmlessly(
    post: Post, receiver: Receiver
) -> None:
    webhook = await post.subscribe(receiver.url)
    ids = {await post.publish("phone") for _ in range(10)}
    receiver.reply = lambda number: 30.0 if number >= 3 else status(200)
    running = asyncio.create_task(post.round())
    await receiver.has(8)
    await post.courier.close()  # as a kill would: nothing of the batch was recorded
    running.cancel()
    assert len(await post.deliveries(webhook["id"], "pending")) == 10
    receiver.reply = lambda _: status(200)
    before = len(receiver.got)
    await post.round(timedelta(seconds=30))
    assert len(receiver.got) == before, "the dead worker's lease still runs"
    await post.round(timedelta(seconds=60))
    assert {got.headers["webhook-id"] for got in receiver.got[before:]} == ids
    assert await post.deliveries(webhook["id"], "pending") == []


async def test_two_workers_do_not_send_the_same_thing(post: Post, receiver: Receiver) -> None:
    await post.subscribe(receiver.url)
    async with post_of(post.registry, receiver) as other:
        for _ in range(3):
            for _ in range(10):
                await post.publish("phone")
            await asyncio.gather(post.round(), other.round())
    ids = [got.headers["webhook-id"] for got in receiver.got]
    assert len(ids) == len(set(ids)) == 30


async def test_rights_that_shrink_shrink_what_waits(post: Post, receiver: Receiver) -> None:
    webhook = await post.subscribe(receiver.url, domain="social_security")
    receiver.reply = lambda _: status(500)
    await post.publish("phone", "low_income")
    await post.publish("low_income")
    await post.round()
    # The organisation loses its domain, as a reform would have it.
    async with post.registry.store.transaction() as tx:
        await tx.connection.execute(
            "update organisations set domain = 'culture' where code = $1",
            f"{COUNTY}.social_security",
        )
    async with post.registry.store.transaction() as tx:
        await tx.connection.execute(
            "update webhooks set domains = '{social_security,culture}', resting_until = null"
        )
    post.registry.identities.changed["person-1"] = {"domains": ["social_security", "culture"]}
    post.identity.forget()
    receiver.reply = lambda _: status(200)
    before = len(receiver.got)
    await post.round(timedelta(seconds=10))
    assert receiver.fields[before:] == [["phone"]]
    page = await post.get(f"/{webhook['id']}/deliveries", domain="social_security")
    assert sorted(d["state"] for d in page["items"]) == ["delivered", "withheld"]


async def test_an_organisation_that_is_no_more_is_sent_nothing(
    post: Post, receiver: Receiver
) -> None:
    await post.subscribe(receiver.url, token={"org": f"{COUNTY}.astrology"})
    await post.publish("phone")
    await post.round()
    assert receiver.got == []


async def test_a_registrant_with_fewer_rights_narrows_its_subscription(
    post: Post, receiver: Receiver
) -> None:
    webhook = await post.subscribe(receiver.url)
    await post.get(f"/{webhook['id']}", areas=[OTHER_COUNTY_GRID])
    shown = await post.get(f"/{webhook['id']}")
    assert shown["areas"] == []
    await post.publish("phone")
    await post.round()
    assert receiver.got == []
    # Rights come back only with an edit by somebody who has them.
    await post.patch(f"/{webhook['id']}", {}, version=shown["version"])
    await post.publish("name")
    await post.round()
    assert receiver.fields == [["name"]]


async def test_the_feed_is_read_again_from_a_cursor_or_a_time(
    post: Post, receiver: Receiver
) -> None:
    webhook = await post.subscribe(receiver.url)
    first = await post.publish("phone")
    feed = await post.registry.client.get("/v1/events", headers=post.headers())
    post.now += timedelta(minutes=1)
    second = await post.publish("name")
    await post.round()
    assert len(receiver.got) == 2
    asked = await post.post(f"/{webhook['id']}/replay", {"after": feed.json()["next"]})
    assert asked.status_code == 202
    await post.round()
    assert [got.headers["webhook-id"] for got in receiver.got[2:]] == [second]
    since = (post.now - timedelta(hours=1)).isoformat()
    assert (await post.post(f"/{webhook['id']}/replay", {"since": since})).status_code == 202
    await post.round()
    assert {got.headers["webhook-id"] for got in receiver.got[3:]} == {first, second}
    assert [d["replays"] for d in await post.deliveries(webhook["id"])] == [2, 1]


async def test_what_is_no_longer_kept_cannot_be_replayed_and_is_reported_missed(
    post: Post, receiver: Receiver
) -> None:
    webhook = await post.subscribe(receiver.url)
    await post.publish("phone")
    feed = await post.registry.client.get("/v1/events", headers=post.headers())
    for _ in range(2):
        await post.publish("name")
    async with post.registry.store.transaction() as tx:
        await tx.connection.execute("delete from events where seq <= 2")
    for body in ({"after": feed.json()["next"]}, {"since": "2020-01-01T00:00:00Z"}):
        answer = await post.post(f"/{webhook['id']}/replay", body)
        assert (answer.status_code, answer.json()["code"]) == (410, "cursor-too-old")
    await post.round()
    assert receiver.fields == [["name"]]
    assert (await health(post, webhook))["missed_at"] is not None


async def test_while_a_secret_is_rotated_messages_carry_two_signatures(
    post: Post, receiver: Receiver
) -> None:
    webhook = await post.subscribe(receiver.url)
    answer = await post.post(
        f"/{webhook['id']}/rotate-secret", {"overlap_s": 3600}, version=webhook["version"]
    )
    secrets = [answer.json()["secret"], webhook["secret"]]
    await post.publish("phone")
    await post.round()
    for secret in secrets:
        standardwebhooks.Webhook(secret).verify(receiver.got[0].body, receiver.got[0].headers)
    await post.publish("phone")
    await post.round(timedelta(hours=2))
    assert " " not in receiver.got[1].headers["webhook-signature"]
    signed = receiver.got[1].headers["webhook-timestamp"]
    assert abs(int(signed) - datetime.now(UTC).timestamp()) > 7000


async def test_a_turn_that_takes_long_makes_room_for_others_and_goes_on(
    post: Post, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(courier, "_TURN_S", -1.0)
    monkeypatch.setattr(courier, "_BATCH", 2)
    webhook = await post.subscribe(receiver.url)
    for _ in range(5):
        await post.publish("phone")
    await post.round()
    assert len(receiver.got) == 5
    rows = await post.registry.rows("select turn from webhooks")
    assert rows[0]["turn"] >= 3
    kind = "registry.webhook"
    assert await post.registry.rows("select from timers where kind = $1", kind) == []
    assert (await health(post, webhook))["state"] == "ok"


async def test_a_backlog_stays_in_the_feed_and_not_in_rows(
    post: Post, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(courier, "_MOST_WAITING", 3)
    monkeypatch.setattr(courier, "_READ_AT_ONCE", 3)
    webhook = await post.subscribe(receiver.url)
    receiver.reply = lambda _: status(500)
    for _ in range(20):
        await post.publish("phone")
    await post.round()
    assert len(await post.deliveries(webhook["id"])) == 3
    receiver.reply = lambda _: status(200)
    await post.round(timedelta(minutes=7))
    delivered = await post.deliveries(webhook["id"], "delivered")
    assert len(delivered) == 20


async def test_the_watch_survives_a_failing_look(
    post: Post, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(courier, "_LOOK_EVERY_S", 0.05)
    statement = turns.NOTICE
    monkeypatch.setattr(turns, "NOTICE", "select nonsense")
    watching = asyncio.create_task(post.courier.watch())
    await asyncio.sleep(0.2)
    assert not watching.done()
    monkeypatch.setattr(turns, "NOTICE", statement)
    await post.subscribe(receiver.url)
    await post.publish("phone")
    post.now += timedelta(seconds=1)
    await asyncio.sleep(0.3)
    assert len(await post.registry.rows("select from timers where kind = 'registry.webhook'")) == 1
    watching.cancel()


async def test_a_turn_that_fails_is_taken_again(
    post: Post, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    await post.subscribe(receiver.url)
    await post.publish("phone")
    statement = deliveries.DUE
    monkeypatch.setattr(deliveries, "DUE", "select nonsense")
    await post.round()
    assert receiver.got == []
    monkeypatch.setattr(deliveries, "DUE", statement)
    await post.round(timedelta(seconds=90))
    assert len(receiver.got) == 1


async def test_deliveries_that_are_long_over_are_forgotten(post: Post, receiver: Receiver) -> None:
    webhook = await post.subscribe(receiver.url)
    receiver.reply = lambda number: status(410 if number == 2 else 200)
    for _ in range(3):
        await post.publish("phone")
        await post.round()
    due = post.now + timedelta(days=2)
    await upkeep.begin(post.registry.store, lambda: post.now)
    for days, left in ((31, ["dead"]), (60, [])):
        async with post.registry.store.transaction() as tx:
            await tx.connection.execute(
                "update webhook_deliveries set finished_at = finished_at - $1::interval",
                timedelta(days=days),
            )
        clock = partial(datetime.fromtimestamp, due.timestamp(), UTC)
        handlers = upkeep.handlers(post.registry.store, clock)
        loop = TimerLoop(post.registry.store.database, handlers, clock=clock)
        assert await loop.fire_due() == 1
        due += timedelta(days=2)
        assert [d["state"] for d in await post.deliveries(webhook["id"])] == left
