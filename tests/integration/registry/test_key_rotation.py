"""Keys rotate while the registry runs: nothing is lost, nothing is shown as changed."""

import asyncio
import base64
import secrets
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from services.common import sealing
from services.common.sealing import KeyNotUsable
from services.common.testing import KEY_ENCRYPTION_KEY, TokenMint
from services.registry.service import SERVICE
from services.registry.store import sealed
from services.registry.store.keys import resealing, rotations
from services.registry.store.keys.places import PLACES, newest
from services.registry.store.keys.rotations import KeyRotationRunning
from services.registry.use_cases import keys
from tests.factories.ciphers import BOTH_CIPHERS
from tests.factories.imports import Office, csv_file, record
from tests.factories.registry import Registry, id_number, running
from tests.factories.rotations import FIELDS, PEOPLE, Rotating

pytestmark = BOTH_CIPHERS
SECRETS = ("1541234", "diabetes", "1391111", "229999")


@pytest.fixture
async def rotating(registry: Registry) -> Rotating:
    made = Rotating(registry)
    await made.fill()
    return made


async def seals(registry: Registry) -> list[int]:
    rows = await registry.rows("select id from data_keys where purpose = 'seal' order by id")
    return [row["id"] for row in rows]


async def test_the_ciphers_change_with_a_rotation(rotating: Rotating) -> None:
    (old,) = [k for k in (await rotating.keys()).items() if k[1][0] == "seal"]
    other = {"international": "national", "national": "international"}[old[1][1]]
    new = await rotating.begin(f"{other}:{KEY_ENCRYPTION_KEY}")
    assert await rotating.look_up(3)
    await rotating.end()
    kept = await rotating.keys()
    assert old[0] not in kept
    assert kept[new] == ("seal", other)
    assert (await rotating.look_up(5))["facts"]["chronic_disease"]["value"] == "diabetes"


async def test_everything_is_sealed_again_and_the_old_key_goes(rotating: Rotating) -> None:
    registry = rotating.registry
    before, ciphertexts = await record(registry), await rotating.all_rows()
    (old,) = await seals(registry)
    new = await rotating.begin()
    assert await rotating.look_up(3)
    await rotating.end()
    assert await seals(registry) == [new]
    used = (await keys.state(registry.store.database))["used"]
    assert list(used) == [new]
    assert used[new] == {
        "residents.document_sealed": PEOPLE,
        "residents.phone_sealed": PEOPLE,
        "residents.facts": PEOPLE,
        "resident_history.old": 12,
        "resident_history.old.facts": 6,
        "assertions.value_sealed": 12,
    }
    await registry.store.refresh()
    with pytest.raises(sealing.SealBroken):
        registry.store.sealer.open(old.to_bytes(2, "big") + bytes(40), b"")
    after = await record(registry)
    for row in (*before, *after):
        del row["accesses"]
    assert after == before
    now = await rotating.all_rows()
    assert now != ciphertexts
    assert not any(secret in now for secret in SECRETS)
    assert (await rotating.look_up(3))["phone"] == "139****0003"


async def test_former_states_are_readable_afterwards(rotating: Rotating) -> None:
    await rotating.begin()
    await rotating.end()
    registry = rotating.registry
    await registry.store.refresh()
    rows = await registry.rows(
        "select resident_id, old ->> 'phone_sealed' as phone from resident_history"
    )
    assert {
        sealed.open_phone(registry.store.sealer, r["resident_id"], bytes.fromhex(r["phone"][2:]))
        for r in rows
    } == {f"1541234{n:04d}" for n in range(6)}


async def test_work_goes_on_while_keys_rotate(rotating: Rotating) -> None:
    registry = rotating.registry
    office = Office(registry, "health")
    rows = [["姓名", "身份证号", "慢性病"]]
    rows += [["金哲洙", id_number(n), "高血压"] for n in range(6, PEOPLE)]
    sent = await office.send(csv_file(rows), "慢性病.csv")
    assert sent.status_code == 202, sent.text
    new = await rotating.begin()

    async def look() -> None:
        for n in range(PEOPLE):
            await rotating.look_up(n)

    async def change() -> None:
        for n in range(6):
            assert (await rotating.correct(n, f"1392222{n:04d}")).status_code == 200

    await asyncio.gather(look(), rotating.work(chunk=3), change(), office.work())
    await rotating.end()
    assert (await office.job(sent.json()["id"]))["state"] == "done"
    assert await seals(registry) == [new]
    for n in range(PEOPLE):
        view = await rotating.look_up(n)
        assert view["phone"] == f"139****{n:04d}" if n < 6 else f"154****{n:04d}"
        assert view["facts"]["chronic_disease"]["value"] == (
            "diabetes" if n < 6 else "hypertension"
        )
    now = await rotating.all_rows()
    assert not any(secret in now for secret in SECRETS)


async def test_a_killed_rotation_goes_on(
    rotating: Rotating, monkeypatch: pytest.MonkeyPatch
) -> None:
    registry = rotating.registry
    before = await record(registry)
    await rotating.begin()
    steps = 0
    step = resealing.step

    async def dying(*args: Any) -> Any:
        nonlocal steps
        steps += 1
        if steps > 2:
            raise asyncio.CancelledError
        return await step(*args)

    with monkeypatch.context() as patched:
        patched.setattr(resealing, "step", dying)
        with pytest.raises(asyncio.CancelledError):
            await rotating.work(chunk=5)
    (rotation,) = await registry.rows("select resealed, place from key_rotations")
    assert rotation == {"resealed": 10, "place": 0}
    assert await rotating.work() == 0, "the dead worker's lease still runs"
    rotating.now += timedelta(minutes=5)
    await rotating.end()
    (rotation,) = await registry.rows(
        "select resealed, finished_at is not null as over from key_rotations"
    )
    assert rotation == {"resealed": PEOPLE + 6 + 12, "over": True}
    after = await record(registry)
    for row in (*before, *after):
        del row["accesses"]
    assert after == before


async def test_another_process_uses_the_new_key_without_a_restart(
    service_database: Callable[[str, Path], str], mint: TokenMint
) -> None:
    dsn = service_database("registry", SERVICE.migrations)
    async with running(dsn, mint) as one, running(dsn, mint) as other:
        new = await Rotating(one).begin()
        assert newest(other.store.sealer) != new.to_bytes(2, "big")
        await other.store.refresh()
        assert newest(other.store.sealer) == new.to_bytes(2, "big")
        await other.resident()
        await one.store.refresh()
        headers = one.department("health")
        assert (await one.look_up(id_number(1), FIELDS, headers)).status_code == 200


async def test_every_sealed_column_has_its_place(registry: Registry) -> None:
    """A column without one keeps its old key for ever; add it to `store/keys/places.py`."""
    rows = await registry.rows(rotations.COLUMNS)
    named = {(place.table, column) for place in PLACES for column in place.columns}
    assert {(row["table_name"], row["column_name"]) for row in rows} <= named


async def test_a_key_stays_while_one_value_needs_it(rotating: Rotating) -> None:
    """A column that no place names, and a value that does not open."""
    registry = rotating.registry
    (old,) = await seals(registry)
    broken = old.to_bytes(2, "big") + bytes(40)
    async with registry.store.transaction() as tx:
        await tx.connection.execute("create table strangers (id int, note_sealed bytea); ")
        await tx.connection.execute("insert into strangers values (1, $1)", broken)
    new = await rotating.begin()
    await rotating.work()
    rotating.now += timedelta(minutes=5)
    await rotating.work()
    assert await seals(registry) == [old, new]
    with pytest.raises(KeyRotationRunning):
        await rotating.begin()
    async with registry.store.transaction() as tx:
        await tx.connection.execute("drop table strangers")
        await tx.connection.execute("update residents set phone_sealed = $1 where false", broken)
    rotating.now += timedelta(days=2)
    await rotating.work()
    assert await seals(registry) == [new]


async def test_the_key_encryption_key_changes_without_touching_a_value(rotating: Rotating) -> None:
    registry = rotating.registry
    ciphertexts = await rotating.all_rows()
    new = base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()
    with pytest.raises(KeyNotUsable):
        await keys.rewrap(registry.store.database, new, new)
    assert await keys.rewrap(registry.store.database, KEY_ENCRYPTION_KEY, new) == 2
    assert await rotating.all_rows() == ciphertexts
    await registry.store.refresh()
    assert (await rotating.look_up(3))["phone"] == "139****0003"
    async with registry.store.transaction() as tx:
        with pytest.raises(KeyNotUsable):
            await sealing.load(tx.connection, KEY_ENCRYPTION_KEY)
        opened = await sealing.load(tx.connection, new)
    (row,) = await registry.rows("select id, phone_sealed from residents order by id limit 1")
    assert sealed.open_phone(opened, row["id"], row["phone_sealed"])
