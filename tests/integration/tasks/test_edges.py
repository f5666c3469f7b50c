"""What is easily forgotten: rare answers, the feed that waits, files on disk, the schema."""

import asyncio
import os
import shutil
from pathlib import Path

import asyncpg
import pytest

from services.common import migrating
from services.common.ids import new_id
from services.tasks.service import SERVICE
from services.tasks.settings import TasksSettings
from services.tasks.use_cases import upkeep
from tests.factories.tasks import COMMUNITY, COUNTY, World, fire_all, photo


def kept(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


@pytest.mark.parametrize("body", [{}, {"score": 5, "satisfaction": "satisfied"}])
async def test_rating_needs_one_measure(world: World, body: dict[str, object]) -> None:
    w = await world.reported()
    response = await world.post(
        "street", f"/v1/whistles/{w['id']}/rate", body, **{"If-Match": '"1"'}
    )
    assert (response.status_code, response.json()["errors"][0]["code"]) == (422, "one-of")


async def test_placing_outside_ones_area_never_reaches_the_gate(world: World) -> None:
    order = {
        "community": "222401001001",
        "title": "通知",
        "content": "通知居民",
        "due_at": "2099-01-01T00:00:00Z",
    }
    response = await world.post("health", "/v1/assignments", order)
    assert response.status_code == 403
    assert world.gate.asked == []


async def test_completing_on_an_old_version_is_stale(world: World) -> None:
    order = {
        "community": COMMUNITY,
        "title": "通知",
        "content": "通知居民",
        "due_at": "2099-01-01T00:00:00Z",
    }
    made = (await world.post("health", "/v1/assignments", order)).json()
    path = f"/v1/assignments/{made['id']}/complete"
    assert (await world.post("community", path, None, **{"If-Match": '"4"'})).status_code == 412


async def test_photo_whose_file_is_gone_is_not_found(world: World, tmp_path: Path) -> None:
    photo_id = await world.uploaded()
    await asyncio.to_thread(shutil.rmtree, tmp_path / "uploads")
    assert (await world.get("worker", f"/v1/attachments/{photo_id}")).status_code == 404


async def test_folder_that_cannot_be_made_is_not_ready(world: World, tmp_path: Path) -> None:
    await asyncio.to_thread((tmp_path / "uploads").write_text, "in the way")
    response = await world.client.get("/readyz")
    assert response.status_code == 503
    assert response.json()["checks"]["database"] == "ready"


async def test_nothing_is_found_where_nothing_is(world: World) -> None:
    absent = new_id()
    match = {"If-Match": '"1"'}
    reply = await world.post("admin", f"/v1/suggestions/{absent}/reply", {"text": "好"}, **match)
    assert reply.status_code == 404
    assert (await world.get("admin", f"/v1/suggestions/{absent}")).status_code == 404
    headers = world.headers("street", purpose="audit")
    contact = await world.client.get(f"/v1/whistles/{absent}/resident-contact", headers=headers)
    assert contact.status_code == 404
    unknown = world.headers("street", purpose="curiosity")
    contact = await world.client.get(f"/v1/whistles/{absent}/resident-contact", headers=unknown)
    assert (contact.status_code, contact.json()["code"]) == (400, "purpose-required")
    patch = await world.client.patch(
        "/v1/whistle-defaults/gossip", json={}, headers={**world.headers("county"), **match}
    )
    assert patch.status_code == 422


async def test_feed_waits_for_the_first_event(world: World) -> None:
    waiting = asyncio.create_task(world.get("county", "/v1/events", wait_s=5))
    await asyncio.sleep(0.1)
    await world.reported()
    page = (await asyncio.wait_for(waiting, 5)).json()
    assert [event["type"] for event in page["items"]] == ["tasks.whistle.reported.v1"]
    empty = await world.get("county", "/v1/events", after=page["next"], wait_s=0.1)
    assert empty.json() == {"items": [], "next": page["next"]}
    assert (await world.get("county", "/v1/events", after="x")).status_code == 422


async def test_events_carry_nothing_about_a_person(world: World) -> None:
    w = await world.reported(resident_contact="金明子 13812345678", description="李家漏水")
    await world.step("street", w, "blow", comment="李家")
    text = (await world.get("county", "/v1/events")).text
    for secret in ("13812345678", "金明子", "李家", "w1"):
        assert secret not in text


async def test_timer_of_a_whistle_that_is_not_there_ends_quietly(world: World) -> None:
    connection = await asyncpg.connect(world.dsn)
    payload = f'{{"county":"{COUNTY}","whistle_id":"{new_id()}","organisation":"x","what":"sign",'
    payload += '"round":1,"level":1}'
    await connection.execute(
        """insert into timers (effect_key, kind, due_at, payload)
           values ('x', 'whistle.alarm', $1, $2)""",
        world.clock.now,
        payload,
    )
    await fire_all(world)
    assert await connection.fetchval("select count(*) from timers where fired_at is null") == 0
    await connection.close()


async def test_nightly_sweep_drops_what_nobody_used(world: World, tmp_path: Path) -> None:
    used, unused = await world.uploaded(), await world.uploaded(content=photo(size=(9, 9)))
    twin = await world.uploaded("housing", content=photo())
    w = await world.reported(photo_ids=[str(used)])
    await upkeep.begin(world.app.state.store, world.clock)
    await upkeep.begin(world.app.state.store, world.clock)
    for path in kept(tmp_path):
        await asyncio.to_thread(os.utime, path, (0, 0))
    world.clock.wind(days=8)
    await fire_all(world)
    assert (await world.get("worker", f"/v1/attachments/{used}")).status_code == 200
    assert (await world.get("worker", f"/v1/attachments/{unused}")).status_code == 404
    assert (await world.get("housing", f"/v1/attachments/{twin}")).status_code == 404
    assert len(kept(tmp_path)) == 1, "the file of the used photo"
    assert (await world.get("street", f"/v1/whistles/{w['id']}")).json()["photo_ids"]
    connection = await asyncpg.connect(world.dsn)
    assert await connection.fetchval("select count(*) from idempotency_keys") == 0
    waiting = await connection.fetchval("select count(*) from timers where fired_at is null")
    await connection.close()
    assert waiting == 1, "the next night's"


async def test_history_goes_back_to_nothing(settings: TasksSettings) -> None:
    dsn = settings.database_url.get_secret_value()
    await asyncio.to_thread(migrating.downgrade, dsn, "tasks", SERVICE.migrations, "base")
    connection = await asyncpg.connect(dsn)
    left = await connection.fetch(
        "select tablename from pg_tables where schemaname = 'tasks' and tablename <> $1",
        "alembic_version",
    )
    await connection.close()
    assert left == []


async def test_every_foreign_key_has_an_index_and_every_table_begins_with_its_county(
    world: World,
) -> None:
    connection = await asyncpg.connect(world.dsn)
    bare = await connection.fetch("""
        select c.conname from pg_constraint c
        where c.contype = 'f' and c.connamespace = 'tasks'::regnamespace and not exists (
            select from pg_index i where i.indrelid = c.conrelid
              and (i.indkey::smallint[])[0:cardinality(c.conkey) - 1] = c.conkey)
    """)
    keys = await connection.fetch("""
        select c.conrelid::regclass::text as name, a.attname as first from pg_constraint c
        join pg_attribute a on a.attrelid = c.conrelid and a.attnum = c.conkey[1]
        where c.contype = 'p' and c.connamespace = 'tasks'::regnamespace
    """)
    await connection.close()
    assert bare == []
    mechanisms = {
        "idempotency_keys", "events", "timers", "data_keys", "demo_loads", "alembic_version",
        "area_cursor", "area_inbox", "area_doubts",
    }  # fmt: skip
    first = {row["name"]: row["first"] for row in keys if row["name"] not in mechanisms}
    assert set(first.values()) == {"county"}
