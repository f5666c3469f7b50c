"""Loading the demo into a registry."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from services.common.service import Progress
from services.common.testing import ISSUER, KEY_ENCRYPTION_KEY, TokenMint
from services.registry.domain import demo
from services.registry.service import SERVICE
from services.registry.settings import RegistrySettings
from services.registry.store import bulk, reference
from services.registry.use_cases.demo import filling as demo_filling
from services.registry.use_cases.demo import load as loading
from services.registry.use_cases.demo.filling import DemoHelperFailed, Order
from tests.factories.periods import disagreements
from tests.factories.registry import Person, running

CONTEXT = {"scale": "tiny", "seed": 20260101, "county": "222406", "password": "demo"}
SCHEMA = """
with tables as (
    select unnest(array['areas', 'households', 'residents', 'identifiers']::regclass[]) as oid)
select string_agg(definition, '; ' order by definition) from (
    select pg_get_indexdef(i.indexrelid) from pg_index i join tables t on t.oid = i.indrelid
    union all
    select conname || ' ' || pg_get_constraintdef(c.oid)
    from pg_constraint c join tables t on t.oid = c.conrelid) all_of (definition)
"""


class Killed(RuntimeError):
    """The process died here."""


def settings_of(dsn: str) -> RegistrySettings:
    return RegistrySettings(database_url=dsn, key_encryption_key=KEY_ENCRYPTION_KEY, issuer=ISSUER)


async def load(
    dsn: str, context: Mapping[str, Any] = CONTEXT, progress: Progress | None = None
) -> Mapping[str, Any]:
    return await loading.load(settings_of(dsn), context, progress or (lambda *_: None))


async def value(dsn: str, query: str) -> Any:
    connection = await asyncpg.connect(dsn)
    try:
        return await connection.fetchval(query)
    finally:
        await connection.close()


@pytest.fixture
def dsn(service_database: Callable[[str, Path], str]) -> str:
    return service_database("registry", SERVICE.migrations)


async def test_the_demo_is_a_registry_like_any_other(dsn: str, mint: TokenMint) -> None:
    before = await value(dsn, SCHEMA)
    told = await load(dsn)
    assert await value(dsn, SCHEMA) == before
    plan = demo.plan(reference.divisions(), "tiny", "20260101")
    batch = demo.fill(plan, plan.grids[0])
    head = batch.residents[0]
    async with running(dsn, mint) as registry:
        counts = await registry.rows(
            "select (select count(*) from residents) as residents,"
            " (select count(*) from identifiers) as identifiers,"
            " (select count(*) from households) as households,"
            " (select sum(residents) from grid_counts) as counted"
        )
        residents = counts[0]["residents"]
        assert counts[0] == {
            "residents": residents,
            "identifiers": residents,
            "households": plan.households,
            "counted": residents,
        }
        answer = await registry.look_up(
            head[11], ["name", "phone", "ethnic"], registry.department("public_security")
        )
        assert answer.json()["name"] == head[6]
        assert answer.json()["facts"]["ethnic"]["value"] == head[15]
        listed = await registry.client.get(
            f"/v1/grids/{plan.grids[0].code}/households?limit=200",
            headers=registry.headers("county_officer"),
        )
        assert listed.json()["items"][0]["head_name"] == head[6]
        assert await disagreements(registry) == []
        findings = await registry.client.get(
            "/v1/findings/summary?within=222406", headers=registry.headers("county_officer")
        )
        items = {item["kind"]: item for item in findings.json()["items"]}
        heads = await registry.rows("select 1 from area_posts where post = 'grid_head'")
        assert items["grid_without_head"]["areas"] == len(plan.grids) - len(heads)
        assert items["grid_without_boundary"]["areas"] == 0
        assert items["resident_without_dwelling"]["areas"] == 0
        assert items["household_at_ended_place"]["areas"] == 0
        shown = await registry.client.get(
            "/v1/ogc/collections/grid/items?bbox=128.9,42.4,129.1,42.7",
            headers=registry.headers("county_officer"),
        )
        assert shown.json()["numberMatched"] == len(plan.grids)
    assert told["grids"] == [grid.code for grid in plan.grids]
    assert {"login", "role", "org", "areas", "domains", "name"} == told["accounts"][0].keys()
    assert told["clients"][0]["client_id"] == "sys.222406.public_security"


async def test_a_second_load_does_nothing_and_tells_the_same(dsn: str) -> None:
    first = await load(dsn)
    seen: list[str] = []
    second = await load(dsn, progress=lambda what, *_: seen.append(what))
    assert second == first
    assert seen == []


@pytest.mark.parametrize(
    ("where", "killed_after"), [("registry: households", 1), ("registry: indexes", 3)]
)
async def test_a_load_that_was_killed_is_begun_again(
    dsn: str, where: str, killed_after: int
) -> None:
    before = await value(dsn, SCHEMA)

    def killing(what: str, done: int, _: int) -> None:
        if what == where and done >= killed_after:
            raise Killed

    with pytest.raises(Killed):
        await load(dsn, progress=killing)
    assert await value(dsn, SCHEMA) != before
    await load(dsn)
    assert await value(dsn, SCHEMA) == before
    assert await value(dsn, "select count(*) from demo_loads where finished_at is not null") == 1
    assert await value(dsn, "select count(*) = count(distinct id) from residents")


async def test_helpers_fill_their_share(dsn: str) -> None:
    alone = await load(dsn)
    residents = "select string_agg(id::text || name, ',' order by id) from residents"
    expected = await value(dsn, residents)
    await value(dsn, "delete from demo_loads")
    await value(dsn, "truncate residents cascade")
    shared = await loading.load(settings_of(dsn), CONTEXT, lambda *_: None, helpers=1)
    assert shared == alone
    assert await value(dsn, residents) == expected


async def test_a_helper_that_fails_fails_the_load(dsn: str) -> None:
    order = Order("postgresql:///nowhere?host=/nonexistent", "", "tiny", "1", "", 0, 1)
    with pytest.raises(DemoHelperFailed):
        await demo_filling.fill_elsewhere(order, lambda _: None)


async def test_a_load_that_was_begun_anew_writes_no_more(dsn: str) -> None:
    async with bulk.opened(dsn) as connection:
        stale = await connection.begin("tiny", "1")
        await connection.begin("tiny", "1")
        with pytest.raises(bulk.DemoLoadSuperseded):
            await connection.copy(stale, areas=[])


async def test_other_residents_are_never_touched(dsn: str, mint: TokenMint) -> None:
    async with running(dsn, mint) as registry:
        await registry.resident(Person())
    with pytest.raises(bulk.RegistryNotEmpty):
        await load(dsn)
    assert await value(dsn, "select count(*) from residents") == 1


async def test_another_demo_is_refused(dsn: str) -> None:
    await load(dsn)
    with pytest.raises(bulk.RegistryNotEmpty):
        await load(dsn, {**CONTEXT, "seed": 7})


async def test_two_loads_at_once_are_refused(dsn: str) -> None:
    connection = await asyncpg.connect(dsn)
    try:
        await connection.fetchval(bulk.LOCK)
        with pytest.raises(bulk.DemoLoadRunning):
            await load(dsn)
    finally:
        await connection.close()
