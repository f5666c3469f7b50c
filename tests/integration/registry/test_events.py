"""The registry's feed: what each reader is told, page by page and as a stream."""

import asyncio
import time
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import orjson
import pytest

from services.common import outbox
from services.common.clock import utc_now
from services.common.ids import new_id
from services.common.outbox import Event
from services.common.sealing import Sealer
from services.registry.domain.feed import Place
from services.registry.store import feed as feed_store
from services.registry.store.feed import Cursors
from tests.factories import event_schemas
from tests.factories.registry import COUNTY, GRID, OTHER_COUNTY_GRID, Registry


async def correct(registry: Registry, resident_id: UUID, version: int) -> None:
    answer = await registry.client.patch(
        f"/v1/residents/{resident_id}",
        json={"phone": None},
        headers={**registry.headers(), "If-Match": f'"{version}"'},
    )
    assert answer.status_code == 200


async def publish(registry: Registry, *fields: str, **changes: Any) -> None:
    """A correction of these fields, as an office would have made it."""
    domain = changes.pop("domain", None)
    data = {"county": COUNTY, "version": 2, "fields": list(fields), "method": "department_push"}
    values = {
        "type": "registry.resident.corrected.v1",
        "subject": str(new_id()),
        "area": GRID,
        "occurred_at": utc_now(),
        "domain": domain,
        "data": data,
        **changes,
    }
    async with registry.store.transaction() as tx:
        await outbox.publish(tx.connection, Event(**values))


async def feed(
    registry: Registry, query: str = "", *, domain: str = "public_security", **token: Any
) -> Any:
    token.setdefault("role", "department_system")
    token.setdefault("domains", [domain])
    answer = await registry.client.get(
        f"/v1/events{query}", headers=registry.headers(token.pop("role"), **token)
    )
    assert answer.status_code == 200, answer.text
    page = answer.json()
    for event in page["items"]:
        event_schemas.validate(event)
    return page


async def told(registry: Registry, **reader: Any) -> list[list[str]]:
    return [item["data"].get("fields") for item in (await feed(registry, **reader))["items"]]


async def test_events_are_read_page_by_page_without_repeat(registry: Registry) -> None:
    resident_id = await registry.resident()
    for version in (1, 2, 3):
        await correct(registry, resident_id, version)
    first = await feed(registry, "?limit=2")
    rest = await feed(registry, f"?after={first['next']}")
    events = first["items"] + rest["items"]
    assert [event["data"]["version"] for event in events] == [2, 3, 4]
    assert len({event["id"] for event in events}) == 3
    assert events[0]["specversion"] == "1.0"
    assert events[0]["source"] == "/registry"
    assert events[0]["type"] == "registry.resident.corrected.v1"
    assert events[0]["area"] == GRID
    assert events[0]["domain"] == "public_security"
    end = await feed(registry, f"?after={rest['next']}")
    assert end["items"] == []


async def test_a_reader_sees_its_own_areas_only(registry: Registry) -> None:
    resident_id = await registry.resident()
    await correct(registry, resident_id, 1)
    assert (await feed(registry, areas=["222401"]))["items"] == []
    assert len((await feed(registry, areas=[COUNTY]))["items"]) == 1


@pytest.mark.parametrize(
    ("domain", "seen"),
    [
        # Reads name and phone, owns the others; nobody else reads pension_insurance.
        ("social_security", [["name", "phone", "pension_insurance"], ["low_income"]]),
        ("family_planning", [["name", "phone"], ["pregnancy_service"]]),
        # Health may read pregnancy_service, but that it changed is sensitive: owner only.
        ("health", [["name", "phone"]]),
        ("culture", [["phone"]]),
        ("transport", []),
    ],
)
async def test_a_department_is_told_its_fields_only(
    registry: Registry, domain: str, seen: list[list[str]]
) -> None:
    await publish(registry, "name", "phone", "pension_insurance")
    await publish(registry, "low_income")
    await publish(registry, "pregnancy_service")
    assert await told(registry, domain=domain) == seen


async def test_offices_without_a_domain_are_told_no_sensitive_field(registry: Registry) -> None:
    await publish(registry, "name", "low_income")
    await publish(registry, "low_income")
    for role in ("county_officer", "auditor"):
        assert await told(registry, role=role, domains=[]) == [["name"]]
    assert await told(registry, role="system_admin", domains=[]) == []
    assert await told(registry, role="system_admin", domain="social_security") == []


async def test_domain_and_import_follow_from_what_is_visible(registry: Registry) -> None:
    """That a person was in another department's file, or that more changed, is not told."""
    data = {
        "county": COUNTY, "version": 2, "fields": ["phone", "chronic_disease"],
        "method": "department_push", "import_id": str(new_id()),
    }  # fmt: skip
    await publish(registry, data=data, domain="health", type="registry.facts.asserted.v1")
    await publish(registry, "phone", "low_income", domain=None)
    one, two = (await feed(registry, domain="culture"))["items"]
    assert (one["domain"], two["domain"]) == ("public_security", "public_security")
    assert one["data"] == {
        "county": COUNTY, "version": 2, "fields": ["phone"], "method": "department_push",
    }  # fmt: skip
    own, _ = (await feed(registry, domain="health"))["items"]
    assert own["data"] == data
    assert own["domain"] is None  # of two owners


async def test_an_event_that_concerns_nobody_known_is_told_to_nobody(registry: Registry) -> None:
    await publish(registry)
    assert await told(registry, domain="public_security") == []
    change = {
        "change": str(new_id()), "kind": "rename", "effective_on": "2026-12-01",
        "old": [GRID], "new": [GRID],
    }  # fmt: skip
    await publish(registry, data=change, type="registry.area.changed.v1")
    for domain in ("transport", "health"):
        assert len((await feed(registry, domain=domain))["items"]) == 1
    assert (await feed(registry, areas=[OTHER_COUNTY_GRID]))["items"] == []


async def test_pages_are_full_whatever_is_hidden_between(registry: Registry) -> None:
    for number in range(30):
        await publish(registry, "phone" if number % 3 == 0 else "low_income")
    pages, after = [], ""
    for _ in range(4):
        page = await feed(registry, f"?limit=4{after}", domain="culture")
        after = f"&after={page['next']}"
        pages.append(len(page["items"]))
    assert pages == [4, 4, 2, 0]


async def test_cursors_tell_nothing_of_what_was_hidden(registry: Registry) -> None:
    await publish(registry, "phone")
    for _ in range(5):
        await publish(registry, "low_income")
    await publish(registry, "phone")
    cursors = [(await feed(registry, "?limit=1", domain="culture"))["next"] for _ in range(2)]
    assert len(set(cursors)) == 2, "one place has many cursors, so two cannot be compared"
    rows = await registry.rows("select xact::text as xact, seq from events")
    assert not any(row["xact"] in cursor for row in rows for cursor in cursors)


async def test_hidden_events_are_passed_and_do_not_end_the_wait(registry: Registry) -> None:
    await publish(registry, "low_income")
    started = time.monotonic()
    waiting = asyncio.create_task(feed(registry, "?wait_s=20", domain="culture"))
    await asyncio.sleep(0.2)
    await publish(registry, "low_income")
    await asyncio.sleep(0.8)
    assert not waiting.done()
    await publish(registry, "phone")
    page = await waiting
    assert len(page["items"]) == 1
    assert time.monotonic() - started < 10
    assert (await feed(registry, f"?after={page['next']}", domain="culture"))["items"] == []


async def test_a_window_full_of_hidden_events_is_passed_at_once(
    registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    statement = feed_store.PAGE.replace("limit 50000", "limit 3")
    assert statement != feed_store.PAGE
    monkeypatch.setattr(feed_store, "PAGE", statement)
    for _ in range(10):
        await publish(registry, "low_income")
    await publish(registry, "phone")
    assert await told(registry, domain="culture") == [["phone"]]


async def test_waiting_ends(registry: Registry) -> None:
    assert (await feed(registry, "?wait_s=0.1"))["items"] == []


async def test_waiting_ends_where_everything_was_deleted(registry: Registry) -> None:
    await publish(registry, "phone")
    async with registry.store.transaction() as tx:
        await tx.connection.execute("delete from events")
    assert (await feed(registry, "?wait_s=0.1"))["items"] == []


async def test_a_cursor_older_than_the_feed_is_gone(registry: Registry) -> None:
    for _ in range(3):
        await publish(registry, "phone")
    first = await feed(registry, "?limit=1")
    second = await feed(registry, f"?limit=1&after={first['next']}")
    async with registry.store.transaction() as tx:
        await tx.connection.execute("delete from events where seq <= 2")
    stale = await registry.client.get(
        f"/v1/events?after={first['next']}", headers=registry.department("public_security")
    )
    assert (stale.status_code, stale.json()["code"]) == (410, "cursor-too-old")
    assert len((await feed(registry, f"?after={second['next']}"))["items"]) == 1
    assert len((await feed(registry))["items"]) == 1, "without a cursor: the oldest kept"


async def test_wrong_cursors_and_filters_are_refused(registry: Registry) -> None:
    sealed_for_something_else = registry.store.sealer.seal("1.1", b"x").hex()
    for query in (
        "?after=x", "?after=1.1", f"?after={sealed_for_something_else}", "?wait_s=26", "?limit=0",
        "?type=x",
    ):  # fmt: skip
        answer = await registry.client.get(
            f"/v1/events{query}", headers=registry.headers("department_system")
        )
        assert answer.status_code == 422


async def test_grid_workers_do_not_read_the_feed(registry: Registry) -> None:
    answer = await registry.client.get("/v1/events", headers=registry.headers())
    assert answer.status_code == 403


def blocks(text: str) -> list[dict[str, str]]:
    """The blocks of a stream as an EventSource would read them."""
    made = []
    for block in text.strip().split("\n\n"):
        lines = [line.partition(": ") for line in block.split("\n")]
        made.append({name or "comment": value for name, _, value in lines})
    return made


async def streamed(registry: Registry, headers: dict[str, str]) -> list[dict[str, str]]:
    answer = await registry.client.get(
        "/v1/events",
        headers={
            **registry.department("public_security"),
            "Accept": "text/event-stream",
            **headers,
        },
    )
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("text/event-stream")
    return blocks(answer.text)


def ids_of(found: Sequence[dict[str, str]]) -> list[str]:
    return [orjson.loads(block["data"])["id"] for block in found if "data" in block]


async def test_a_stream_brings_events_and_goes_on_where_it_ended(short_streams: Registry) -> None:
    registry = short_streams
    await publish(registry, "phone")
    await publish(registry, "low_income")
    running = asyncio.create_task(streamed(registry, {}))
    await asyncio.sleep(0.3)
    await publish(registry, "name")
    found = await running
    first, second = [block for block in found if "data" in block]
    assert first["event"] == "registry.resident.corrected.v1"
    again = await streamed(registry, {"Last-Event-ID": first["id"]})
    assert ids_of(again) == [orjson.loads(second["data"])["id"]]
    assert ids_of(await streamed(registry, {"Last-Event-ID": found[-1]["id"]})) == []


async def test_a_stream_that_cannot_begin_is_a_problem(registry: Registry) -> None:
    for last in ("x", "0" * 600):
        answer = await registry.client.get(
            "/v1/events",
            headers={
                **registry.department("health"),
                "Accept": "text/event-stream",
                "Last-Event-ID": last,
            },
        )
        assert answer.status_code == 422
        assert answer.headers["content-type"] == "application/problem+json"


async def test_many_streams_share_a_small_pool(short_streams: Registry) -> None:
    """A waiting stream holds no connection; twelve wait beside a pool of four."""
    answers = asyncio.gather(*(streamed(short_streams, {}) for _ in range(12)))
    await asyncio.sleep(0.3)
    started = time.monotonic()
    await publish(short_streams, "phone")
    assert time.monotonic() - started < 1
    assert all(len(ids_of(found)) == 1 for found in await answers)


def test_cursors_outlive_the_data_keys() -> None:
    one, other = (Sealer({number: bytes([number]) * 32}, b"i" * 32) for number in (1, 2))
    place = Place(771, 12)
    assert Cursors(other).read(Cursors(one).shown(place)) == place
    with pytest.raises(outbox.FeedCursorNotValid):
        Cursors(Sealer({1: b"\1" * 32}, b"x" * 32)).read(Cursors(one).shown(place))


async def test_a_place_survives_its_cursor(registry: Registry) -> None:
    await publish(registry, "phone")
    cursors = Cursors(registry.store.sealer)
    async with registry.store.read() as connection:
        newest = await feed_store.newest(connection)
    assert cursors.read(cursors.shown(newest)) == newest
