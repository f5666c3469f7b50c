"""The key of the blind indexes rotates: no look-up misses, nothing is shown as changed."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from services.common.outbox import FeedCursorNotValid
from services.common.testing import TokenMint
from services.registry.domain.feed import Place
from services.registry.service import SERVICE
from services.registry.store import sealed
from services.registry.store.feed import Cursors
from services.registry.store.keys import indexing, rotations
from services.registry.store.keys.rotations import KeyRotationRunning
from services.registry.use_cases import index_keys
from services.registry.use_cases.keys import NewKeyNotKnown
from tests.factories.imports import Office, csv_file, record
from tests.factories.registry import NUMBER, Person, Registry, id_number, running
from tests.factories.rotations import PEOPLE, Rotating

MINUTES = timedelta(minutes=3)
WALKS = ("noting under both keys", "making again", "forgetting")


@pytest.fixture
async def rotating(registry: Registry) -> Rotating:
    made = Rotating(registry)
    await made.fill()
    return made


async def purposes(registry: Registry) -> list[str]:
    rows = await registry.rows(
        "select purpose from data_keys where purpose <> 'seal' order by purpose"
    )
    return [row["purpose"] for row in rows]


async def ids(registry: Registry, **asked: Any) -> set[str]:
    answer = await registry.client.post(
        "/v1/residents/search",
        json={"within": "222406001001", "fields": ["name"], "limit": 200, **asked},
        headers=registry.department("health"),
    )
    assert answer.status_code == 200, answer.text
    return {item["id"] for item in answer.json()["items"]}


async def nothing_is_missed(rotating: Rotating) -> None:
    """Everybody is found by number, by telephone and by a sensitive field."""
    for n in range(PEOPLE):
        view = await rotating.look_up(n)
        phone = f"1391111{n:04d}" if n < 6 else f"1541234{n:04d}"
        assert await ids(rotating.registry, phone=phone) == {view["id"]}
    ill = {"field": "chronic_disease", "op": "eq", "value": "diabetes"}
    assert len(await ids(rotating.registry, where=[ill])) == PEOPLE


async def whole(rotating: Rotating, chunk: int = 7) -> None:
    """All walks, with the time between them."""
    while await rotating.registry.rows("select 1 from key_rotations where finished_at is null"):
        rotating.now += MINUTES
        await rotating.work(chunk)


async def test_every_index_is_made_again_and_the_old_key_goes(rotating: Rotating) -> None:
    registry = rotating.registry
    old = registry.store.sealer.blind_index("x", "y")
    before, versions = (
        await record(registry),
        await registry.rows("select id, version, updated_at from residents order by id"),
    )
    indexes = {r["index"] for r in await registry.rows("select index from identifiers")}
    await rotating.begin_index()
    with pytest.raises(KeyRotationRunning):
        await rotating.begin()
    await whole(rotating)
    await registry.store.refresh()
    sealer = registry.store.sealer
    assert sealer.blind_index("x", "y") != old
    assert await purposes(registry) == ["index"]
    rows = await registry.rows("select index from identifiers")
    assert len(rows) == PEOPLE
    assert not indexes & {row["index"] for row in rows}
    text = await rotating.all_rows()
    assert not any(index.hex() in text for index in indexes)
    kept = await registry.rows(
        "select field, value_index, resident_id, value_sealed from assertions"
    )
    for row in kept:
        value = sealed.open_value(sealer, row["resident_id"], row["field"], row["value_sealed"])
        assert row["value_index"].hex() == sealed.value_key(sealer, row["field"], value)
    former = await registry.rows("select old ->> 'phone_index' as i from resident_history")
    assert {f["i"] for f in former} == {
        f"\\x{sealed.phone_index(sealer, f'1541234{n:04d}').hex()}" for n in range(6)
    }
    after = await record(registry)
    for row in (*before, *after):
        del row["accesses"]
    assert after == before
    now = await registry.rows("select id, version, updated_at from residents order by id")
    assert now == versions
    await nothing_is_missed(rotating)


async def test_no_look_up_misses_in_any_chunk_of_any_walk(
    rotating: Rotating, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Looked at between every two chunks, with one probe as at any other time."""
    chunks = 0

    def looking(step: indexing.Step) -> indexing.Step:
        async def stepped(*args: Any) -> Any:
            nonlocal chunks
            chunks += 1
            if chunks % 3 == 1:
                await nothing_is_missed(rotating)
            return await step(*args)

        return stepped

    walks = tuple(tuple(map(looking, walk)) for walk in indexing.WALKS)
    monkeypatch.setattr(indexing, "WALKS", walks)
    await rotating.begin_index()
    await nothing_is_missed(rotating)
    await whole(rotating)
    assert chunks > len(walks)
    await nothing_is_missed(rotating)


@pytest.mark.parametrize("walk", range(len(WALKS)), ids=WALKS)
async def test_a_killed_walk_goes_on(
    rotating: Rotating, monkeypatch: pytest.MonkeyPatch, walk: int
) -> None:
    registry = rotating.registry
    before = await record(registry)
    await rotating.begin_index()
    killed = False

    def dying(step: indexing.Step) -> indexing.Step:
        async def stepped(*args: Any) -> Any:
            nonlocal killed
            done = await step(*args)
            if done.after is not None and not killed:
                killed = True
                raise asyncio.CancelledError
            return done

        return stepped

    walks = list(indexing.WALKS)
    walks[walk] = tuple(map(dying, walks[walk]))
    monkeypatch.setattr(indexing, "WALKS", tuple(walks))
    with pytest.raises(asyncio.CancelledError):
        await whole(rotating, chunk=5)
    await nothing_is_missed(rotating)
    await whole(rotating, chunk=5)
    assert await purposes(registry) == ["index"]
    await registry.store.refresh()
    await nothing_is_missed(rotating)
    after = await record(registry)
    for row in (*before, *after):
        del row["accesses"]
    assert after == before
    (count,) = await registry.rows("select count(*) from identifiers")
    assert count["count"] == PEOPLE


async def add_document(registry: Registry, resident: Any, version: int, number: str) -> Any:
    return await registry.client.post(
        f"/v1/residents/{resident}/documents",
        json={"kind": "passport", "number": number},
        headers={**registry.department("public_security"), "If-Match": f'"{version}"'},
    )


async def test_a_document_is_nobody_elses_and_is_free_again_at_any_time(rotating: Rotating) -> None:
    registry = rotating.registry
    await rotating.begin_index()
    await registry.store.refresh()
    holder, other = [(await rotating.look_up(n)) for n in (10, 11)]
    for turn in range(4):
        number = f"E1234567{turn}"
        version = (await rotating.look_up(10))["version"]
        added = await add_document(registry, holder["id"], version, number)
        assert added.status_code == 201, added.text
        rotating.now += MINUTES
        await rotating.work(100)
        taken = await add_document(registry, other["id"], other["version"], number)
        assert taken.json()["code"] == "document-already-known"
        ended = await registry.client.post(
            f"/v1/residents/{holder['id']}/documents/{added.json()['id']}/end",
            json={"reason": "x"},
            headers={
                **registry.department("public_security"),
                "If-Match": f'"{added.json()["version"]}"',
            },
        )
        assert ended.status_code == 200, ended.text
        found = await registry.rows("select 1 from identifiers where kind = 'passport'")
        assert found == []
    await whole(rotating)


async def test_equal_values_are_equal_whatever_key_they_are_under(rotating: Rotating) -> None:
    """Between the switch and the walk a file says what is there already: nothing changes."""
    registry = rotating.registry
    await rotating.begin_index()
    for _ in range(3):  # the first walk, twice, and the switch
        rotating.now += MINUTES
        await rotating.work()
    assert await purposes(registry) == ["index", "index-former"]
    await registry.store.refresh()
    office = Office(registry, "health")
    rows = [["姓名", "身份证号", "慢性病", "联系电话"]]
    rows += [["金哲洙", id_number(n), "糖尿病", f"1541234{n:04d}"] for n in range(6, PEOPLE)]
    rows += [["朴新", id_number(500), "糖尿病", "15400000000"]]
    sent = await office.send(csv_file(rows), "慢性病.csv")
    assert sent.status_code == 202, sent.text
    await office.work()
    job = await office.job(sent.json()["id"])
    assert (job["state"], job["progress"]["created"]) == ("done", 1)
    assert await registry.rows("select field from verifications") == []
    headers = registry.department("health")
    assert (await registry.look_up(id_number(500), ["name"], headers)).status_code == 200
    history = await registry.client.get(
        f"/v1/residents/{(await rotating.look_up(2))['id']}/history?fields=phone",
        headers=registry.headers("community_officer"),
    )
    assert len(history.json()["items"]) == 2  # as registered, and as corrected
    await whole(rotating)
    await registry.store.refresh()
    assert (await registry.look_up(id_number(500), ["name"], headers)).status_code == 200
    await nothing_is_missed_of(registry)


async def nothing_is_missed_of(registry: Registry) -> None:
    (row,) = await registry.rows(
        "select count(*) from identifiers i join residents r on r.id = i.resident_id"
    )
    assert row["count"] == PEOPLE + 1


async def test_processes_that_learn_late_miss_nothing_and_lose_nobody(
    service_database: Callable[[str, Path], str], mint: TokenMint
) -> None:
    dsn = service_database("registry", SERVICE.migrations)
    async with running(dsn, mint) as one, running(dsn, mint) as other:
        rotating = Rotating(one)
        headers = one.department("health")

        async def found(registry: Registry, number: str) -> int:
            return (await registry.look_up(number, ["name"], headers)).status_code

        await one.resident(Person())
        home = await one.household()
        await rotating.begin_index()
        await other.store.refresh()
        late = id_number(77)
        for _ in range(3):
            rotating.now += MINUTES
            await rotating.work()
        # Switched, and `other` has not heard of it: it still asks for the former key.
        await one.store.refresh()
        assert other.store.sealer.blind_index("x", "") == one.store.sealer.blind_index("x", "", 1)
        assert await found(other, NUMBER) == await found(one, NUMBER) == 200
        made = await other.client.post(
            "/v1/residents",
            json={
                "name": "王强",
                "household_id": str(home),
                "document": {"kind": "resident_id", "number": late},
            },
            headers=other.headers(),
        )
        assert made.status_code == 201, made.text
        assert await found(other, late) == await found(one, late) == 200
        await other.store.refresh()
        await whole(rotating)
        for registry in (one, other):
            await registry.store.refresh()
            assert await found(registry, NUMBER) == await found(registry, late) == 200


async def test_a_process_that_cannot_know_the_key_does_not_walk(rotating: Rotating) -> None:
    await rotating.begin_index()
    await rotating.registry.store.refresh()
    rotating.now += MINUTES
    await rotating.registry.rows("select 1")
    async with rotating.registry.store.transaction() as tx:
        await tx.connection.execute("update key_rotations set key_check = '\\x00'")
    with pytest.raises(NewKeyNotKnown):
        async with rotating.registry.store.read() as connection:
            rotation = await rotations.running(connection)
        assert rotation is not None
        index_keys._require_known(rotating.registry.store, rotation)  # noqa: SLF001 — the guard


async def test_imports_from_before_the_switch_keep_the_old_key(rotating: Rotating) -> None:
    registry = rotating.registry
    office = Office(registry, "health")
    sent = await office.send(
        csv_file([["姓名", "身份证号", "慢性病"], ["金哲洙", id_number(3), "高血压"]]), "x.csv"
    )
    assert sent.status_code == 202, sent.text
    await rotating.begin_index()
    for _ in range(9):
        rotating.now += MINUTES
        await rotating.work()
    assert await purposes(registry) == ["index", "index-former"]
    await office.work()
    await whole(rotating)
    assert await purposes(registry) == ["index"]


async def test_cursors_are_read_under_both_keys_while_there_are_two(rotating: Rotating) -> None:
    store = rotating.registry.store
    place = Place(7, 3)
    first = Cursors(store.sealer).shown(place)
    await rotating.begin_index()
    while "index-former" not in await purposes(rotating.registry):
        rotating.now += MINUTES
        await rotating.work()
    await store.refresh()
    assert Cursors(store.sealer).read(first) == place
    second = Cursors(store.sealer).shown(place)
    await whole(rotating)
    await store.refresh()
    assert Cursors(store.sealer).read(second) == place
    with pytest.raises(FeedCursorNotValid):
        Cursors(store.sealer).read(first)
