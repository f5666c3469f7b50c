"""The mechanisms on a real PostgreSQL: order, exactly once, and retries, under concurrency."""

import asyncio
import random
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import orjson
import psycopg
import pytest

from services.common import migrating, outbox, sealing, timers
from services.common.database import Connection, Database
from services.common.idempotency import Answer, IdempotencyKeyReused, Once, Replayed
from services.common.testing import KEY_ENCRYPTION_KEY

VERSIONS = Path(__file__).parent / "versions"
MakeDatabase = Callable[[str, Path], str]


@pytest.fixture
async def db(service_database: MakeDatabase) -> AsyncIterator[Database]:
    database = Database(service_database("probe", VERSIONS), application="tests", pool_size=12)
    await database.open()
    yield database
    await database.close()


def event(name: str, area: str = "222406") -> outbox.Event:
    return outbox.Event("probe.happened.v1", name, area, datetime.now(UTC), {"n": name})


async def read_all(database: Database, areas: list[str] | None = None) -> list[str]:
    seen, cursor = [], None
    while True:
        async with database.read() as connection:
            page, count = await outbox.page(connection, "/probe", cursor, 7, areas)
        body = orjson.loads(page)
        seen += [item["subject"] for item in body["items"]]
        cursor = body["next"]
        if not count:
            return seen


async def test_the_feed_has_no_gaps_under_concurrent_commits(db: Database) -> None:
    """A reader that polls while writers commit out of order misses nothing and sees order."""
    names = [f"{writer}-{n}" for writer in range(8) for n in range(15)]
    dice = random.Random(7)  # noqa: S311 — shuffles a test
    seen: list[str] = []
    done = asyncio.Event()

    async def write(writer: int) -> None:
        for n in range(15):
            async with db.transaction() as connection:
                await outbox.publish(connection, event(f"{writer}-{n}"))
                await asyncio.sleep(dice.random() / 100)

    async def follow() -> None:
        cursor = None
        while True:
            finished = done.is_set()
            async with db.read() as connection:
                page, count = await outbox.page(connection, "/probe", cursor, 5, None)
            body = orjson.loads(page)
            seen.extend(item["subject"] for item in body["items"])
            cursor = body["next"]
            if finished and not count:
                return

    follower = asyncio.create_task(follow())
    await asyncio.gather(*(write(writer) for writer in range(8)))
    done.set()
    await follower
    assert sorted(seen) == sorted(names)
    assert seen == await read_all(db)


async def test_a_reader_sees_its_own_areas(db: Database) -> None:
    async with db.transaction() as connection:
        await outbox.publish(connection, event("a", "222401001"), event("b", "222406001"))
    assert await read_all(db, ["222406"]) == ["b"]
    assert await read_all(db, []) == []


async def test_an_event_falls_with_its_transaction(db: Database) -> None:
    with pytest.raises(RuntimeError, match="no"):
        async with db.transaction() as connection:
            await outbox.publish(connection, event("a"))
            raise RuntimeError("no")
    assert await read_all(db) == []


@pytest.mark.parametrize("cursor", ["x", "1", "1.", ".1", "-1.0", "1.2.3", "٣.1", "9" * 30 + ".1"])
async def test_a_foreign_feed_cursor_is_refused(db: Database, cursor: str) -> None:
    async with db.read() as connection:
        with pytest.raises(outbox.FeedCursorNotValid):
            await outbox.page(connection, "/probe", cursor, 5, None)


async def test_a_nested_transaction_is_refused(db: Database) -> None:
    async with db.transaction():
        with pytest.raises(RuntimeError, match="nested"):
            async with db.transaction():
                pass


async def record(connection: Connection, name: str) -> None:
    await connection.execute("insert into facts values ($1)", name)


async def facts(database: Database) -> list[str]:
    async with database.read() as connection:
        return [row["name"] for row in await connection.fetch("select name from facts order by 1")]


async def test_a_retry_gets_the_first_answer_and_no_second_effect(db: Database) -> None:
    once = Once("person", "key-1", b"print")
    answer = Answer(b'{"ok":true}', 201, (("ETag", '"1"'),))

    async def act(once: Once) -> Answer:
        async with db.transaction() as connection:
            await once.claim(connection)
            await record(connection, "effect")
            await once.remember(connection, answer)
        return answer

    results = await asyncio.gather(*(act(once) for _ in range(6)), return_exceptions=True)
    replays = [result for result in results if isinstance(result, Replayed)]
    assert len(replays) == 5
    assert all(replay.answer == answer for replay in replays)
    assert await facts(db) == ["effect"]
    with pytest.raises(IdempotencyKeyReused):
        await act(Once("person", "key-1", b"other print"))
    await act(Once("somebody else", "key-1", b"other print"))


async def test_a_failed_first_try_leaves_the_key_free(db: Database) -> None:
    once = Once("person", "key-1", b"print")
    with pytest.raises(RuntimeError):
        async with db.transaction() as connection:
            await once.claim(connection)
            raise RuntimeError
    async with db.transaction() as connection:
        await once.claim(connection)


async def test_timers_fire_exactly_once_with_many_workers(db: Database) -> None:
    now = datetime.now(UTC)
    async with db.transaction() as connection:
        for n in range(200):
            await timers.schedule(
                connection, f"t{n:03}", "tick", now - timedelta(seconds=n), {"n": n}
            )
            await timers.schedule(connection, f"t{n:03}", "tick", now, {"n": n})
        await timers.schedule(connection, "future", "tick", now + timedelta(hours=1), {})
        await timers.cancel(connection, "t007")

    async def fire(leased: timers.Leased) -> None:
        async with db.transaction() as connection:
            await timers.finish(connection, leased)
            await record(connection, leased.effect_key)

    loops = [timers.TimerLoop(db, {"tick": fire}, batch=20) for _ in range(4)]

    async def drain(loop: timers.TimerLoop) -> None:
        while await loop.fire_due():
            pass

    await asyncio.gather(*(drain(loop) for loop in loops))
    assert await facts(db) == [f"t{n:03}" for n in range(200) if n != 7]


async def test_a_slow_worker_that_lost_its_lease_undoes_its_effect(db: Database) -> None:
    async with db.transaction() as connection:
        await timers.schedule(connection, "t", "tick", datetime.now(UTC), {})
    stolen: list[timers.Leased] = []

    async def steal(leased: timers.Leased) -> None:
        stolen.append(leased)

    start = datetime.now(UTC) + timedelta(seconds=1)
    await timers.TimerLoop(db, {"tick": steal}, clock=lambda: start).fire_due()
    later = start + timedelta(minutes=5)
    await timers.TimerLoop(db, {"tick": steal}, clock=lambda: later).fire_due()
    first, second = stolen
    with pytest.raises(timers.LeaseLost):
        async with db.transaction() as connection:
            await record(connection, "first")
            await timers.finish(connection, first)
    async with db.transaction() as connection:
        await timers.finish(connection, second)
        await record(connection, "second")
    assert await facts(db) == ["second"]


async def test_a_failing_timer_backs_off_and_is_tried_again(db: Database) -> None:
    async with db.transaction() as connection:
        await timers.schedule(connection, "t", "tick", datetime.now(UTC), {})

    async def fail(_: timers.Leased) -> None:
        raise ValueError

    loop = timers.TimerLoop(
        db, {"tick": fail}, clock=lambda: datetime.now(UTC) + timedelta(seconds=1)
    )
    assert await loop.fire_due() == 1
    assert await loop.fire_due() == 0
    async with db.read() as connection:
        row = await connection.fetchrow("select attempts, last_error, fired_at from timers")
    assert row is not None
    assert tuple(row) == (1, "ValueError", None)


async def test_two_first_starts_agree_on_their_keys(db: Database) -> None:
    async def start() -> sealing.Sealer:
        async with db.transaction() as connection:
            return await sealing.load(connection, KEY_ENCRYPTION_KEY)

    one, two = await asyncio.gather(start(), start())
    assert two.open(one.seal("value", b"x"), b"x") == "value"
    assert one.blind_index("f", "v") == two.blind_index("f", "v")
    with pytest.raises(sealing.KeyNotUsable):
        async with db.transaction() as connection:
            await sealing.load(connection, "A" * 43)


def test_a_newer_database_is_refused_and_left_alone(service_database: MakeDatabase) -> None:
    dsn = service_database("probe", VERSIONS)
    assert migrating.upgrade(dsn, "probe", VERSIONS).pending is False
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute("update probe.alembic_version set version_num = '20991231_0000'")
    with pytest.raises(migrating.DatabaseIsNewer, match="20991231_0000"):
        migrating.upgrade(dsn, "probe", VERSIONS)
