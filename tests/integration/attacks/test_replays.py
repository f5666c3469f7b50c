"""What somebody else was answered, asked for again."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from services.common.testing import TokenMint
from services.registry.service import SERVICE
from tests.factories.registry import COUNTY, Registry, running

MAPPING = {"name": "月报", "domain": "health", "columns": {"甲": "phone"}}


@pytest.fixture
async def registry(
    service_database: Callable[[str, Path], str], mint: TokenMint, tmp_path: Path
) -> AsyncIterator[Registry]:
    dsn = service_database("registry", SERVICE.migrations)
    async with running(dsn, mint, data_dir=tmp_path) as made:
        yield made


async def test_anothers_key_tells_nothing_of_the_other(registry: Registry) -> None:
    key = {"Idempotency-Key": "guessed-or-overheard"}

    async def save(**token: str) -> tuple[int, str, bool]:
        headers = {**registry.department("health", **token), **key}
        answer = await registry.client.post("/v1/import-mappings", json=MAPPING, headers=headers)
        made = answer.json().get("id", answer.json().get("code"))
        return answer.status_code, made, "idempotency-replayed" in answer.headers

    first = await save(sub="one")
    assert await save(sub="one") == (first[0], first[1], True)
    # Whoever else sends the same is answered as if nobody had: here that the name is taken.
    assert await save(sub="two") == (409, "mapping-name-taken", False)
    elsewhere = await save(sub="three", org="222401.health")
    assert (elsewhere[0], elsewhere[2]) == (201, False)
    assert elsewhere[1] != first[1]


async def test_a_kept_answer_is_not_told_to_who_may_no_longer_ask(registry: Registry) -> None:
    key = {"Idempotency-Key": "mine"}
    headers = {**registry.department("health", sub="one"), **key}
    made = await registry.client.post("/v1/import-mappings", json=MAPPING, headers=headers)
    assert made.status_code == 201
    moved = {**registry.headers("grid_worker", sub="one", org=f"{COUNTY}001001"), **key}
    again = await registry.client.post("/v1/import-mappings", json=MAPPING, headers=moved)
    assert (again.status_code, again.json()["code"]) == (403, "not-permitted")
