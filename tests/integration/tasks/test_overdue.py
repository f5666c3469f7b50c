"""Deadlines fire exactly once, level by level, and not at all once they are met."""

import asyncio
from typing import Any

import asyncpg

from services.tasks.app import create_app
from services.tasks.settings import TasksSettings
from tests.factories.tasks import COUNTY, World, fire_all


async def rows(world: World, statement: str) -> list[tuple[Any, ...]]:
    connection = await asyncpg.connect(world.dsn)
    found = [tuple(row) for row in await connection.fetch(statement)]
    await connection.close()
    return found


async def test_two_loops_tell_each_missed_deadline_once(world: World) -> None:
    made = [await world.dispatched(sign_within_s=60) for _ in range(12)]
    world.clock.wind(seconds=61)
    await fire_all(world)
    found = await rows(world, "select whistle_id, organisation, what, level from overdue")
    assert sorted(str(row[0]) for row in found) == sorted(w["id"] for w in made)
    assert {row[1:] for row in found} == {(f"{COUNTY}.housing", "sign", 1)}
    told = await rows(world, "select subject from events where type = 'tasks.whistle.overdue.v1'")
    assert sorted(row[0] for row in told) == sorted(w["id"] for w in made)
    seen = (await world.get("street", f"/v1/whistles/{made[0]['id']}")).json()
    assert seen["overdue"] is True
    assert seen["version"] == made[0]["version"] + 1
    (one,) = seen["legs"][0]["overdue"]
    assert (one["what"], one["level"]) == ("sign", 1)
    assert seen["timeline"][-1]["action"] == "overdue"
    assert seen["timeline"][-1]["comment"] == "【催办】222406.housing 未按时签收"
    assert seen["timeline"][-1]["role"] == "system"


async def test_levels_rise_to_the_red_card_and_stop(world: World) -> None:
    await world.dispatched(sign_within_s=60, arrive_within_s=86_400)
    for days in (1, 1, 1, 1, 1):
        world.clock.wind(days=days, minutes=1)
        await fire_all(world)
    levels = await rows(world, "select what, level from overdue where what = 'sign' order by level")
    assert levels == [("sign", 1), ("sign", 2), ("sign", 3)]
    keys = await rows(world, "select effect_key from timers where effect_key like '%sign%'")
    assert len(keys) == 3


async def test_a_met_deadline_never_fires(world: World) -> None:
    w = await world.dispatched(sign_within_s=60, arrive_within_s=120)
    w = await world.step("housing", w, "sign")
    world.clock.wind(seconds=90)
    await fire_all(world)
    assert await rows(world, "select 1 from overdue") == []
    w = await world.step("housing", w, "arrive")
    world.clock.wind(seconds=90)
    await fire_all(world)
    assert await rows(world, "select 1 from overdue") == []
    w = await world.step("housing", w, "result", text="好了")
    world.clock.wind(days=60)
    await fire_all(world)
    assert await rows(world, "select 1 from overdue") == []
    assert await rows(world, "select 1 from timers where fired_at is not null") == []


async def test_signing_late_stops_the_next_level(world: World) -> None:
    w = await world.dispatched(sign_within_s=60)
    world.clock.wind(seconds=61)
    await fire_all(world)
    seen = (await world.get("housing", f"/v1/whistles/{w['id']}")).json()
    stale = await world.post(
        "housing", f"/v1/whistles/{w['id']}/sign", {}, **{"If-Match": f'"{w["version"]}"'}
    )
    assert stale.status_code == 412, "the record changed when the deadline passed"
    await world.step("housing", seen, "sign")
    world.clock.wind(hours=23)
    await fire_all(world)
    found = await rows(world, "select what, level from overdue")
    assert found == [("sign", 1)]


async def test_a_replayed_timer_has_no_second_effect(world: World) -> None:
    await world.dispatched(sign_within_s=60)
    world.clock.wind(seconds=61)
    await fire_all(world)
    connection = await asyncpg.connect(world.dsn)
    await connection.execute("update timers set fired_at = null, leased_until = null")
    await connection.close()
    await fire_all(world)
    assert len(await rows(world, "select 1 from overdue")) == 1
    assert len(await rows(world, "select 1 from timeline where action = 'overdue'")) == 1


async def test_rework_has_its_own_deadline(world: World) -> None:
    w = await world.dispatched(close_within_s=3600)
    for action, body in (("sign", {}), ("arrive", {}), ("result", {"text": "已修"})):
        w = await world.step("housing", w, action, **body)
    w = await world.step("worker", w, "verify", passed=False, comment="没修好")
    world.clock.wind(days=2)
    await fire_all(world)
    assert await rows(world, "select 1 from overdue") == []
    world.clock.wind(days=1, seconds=1)
    await fire_all(world)
    assert await rows(world, "select what, level, round from overdue") == [("close", 1, 2)]
    (key,) = await rows(world, "select effect_key from timers where fired_at is not null")
    assert key == (f"whistle:{w['id']}:leg:{COUNTY}.housing:close.r2:1",)


async def test_signing_while_the_deadline_fires_never_deadlocks(world: World) -> None:
    made = [await world.dispatched(sign_within_s=60) for _ in range(6)]
    world.clock.wind(seconds=61)
    answers, *_ = await asyncio.gather(
        asyncio.gather(
            *(
                world.post("housing", f"/v1/whistles/{w['id']}/sign", {}, **{"If-Match": '"3"'})
                for w in made
            )
        ),
        fire_all(world),
    )
    signed = {w["id"] for w, a in zip(made, answers, strict=True) if a.status_code == 200}
    late = {str(row[0]) for row in await rows(world, "select whistle_id from overdue")}
    assert {answer.status_code for answer in answers} <= {200, 412}
    assert signed | late == {w["id"] for w in made}
    assert not signed & late


async def test_the_apps_own_loop_fires(world: World, settings: TasksSettings) -> None:

    w = await world.dispatched(sign_within_s=60)
    world.clock.wind(seconds=61)
    running = settings.model_copy(update={"run_loops": True, "timer_idle_s": 0.05})
    peers = {
        "identity": world.mint.peer(),
        "admission": world.gate.peer(),
        "registry": world.contradictions.peer(),
    }
    app = create_app(running, peers, clock=world.clock)
    async with app.router.lifespan_context(app):
        for _ in range(100):
            seen = (await world.get("street", f"/v1/whistles/{w['id']}")).json()
            if seen["legs"][0]["overdue"]:
                break
            await asyncio.sleep(0.05)
    assert [one["level"] for one in seen["legs"][0]["overdue"]] == [1]
