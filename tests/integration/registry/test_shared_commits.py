"""Look-ups that crowd share commits: every answer has its record, on the disk before it."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from services.common.testing import TokenMint
from services.registry.service import SERVICE
from tests.factories.registry import NUMBER, Person, Registry, id_number, running

CROWD = 60
FEW = 5
"""Each refusal of these is logged with its traceback, which takes a while."""


@pytest.fixture
async def small(
    service_database: Callable[[str, Path], str], mint: TokenMint
) -> AsyncIterator[Registry]:
    """A registry with two connections, which a few look-ups crowd."""
    dsn = service_database("registry", SERVICE.migrations)
    async with running(dsn, mint, database_pool_size=2) as made:
        yield made


async def test_a_crowd_leaves_one_record_for_each_answer(small: Registry) -> None:
    people = {id_number(n): await small.resident(Person(number=id_number(n))) for n in range(6)}
    headers = small.department("health")
    asked = [number for number in people for _ in range(CROWD // len(people))]
    answers = await asyncio.gather(
        *(
            small.look_up(number, ["name", "sex"], {**headers, "X-Request-Id": f"request-{n}"})
            for n, number in enumerate(asked)
        )
    )
    assert [a.status_code for a in answers] == [200] * CROWD
    rows = await small.rows("select resident_id, request_id, fields from accesses")
    assert Counter(row["request_id"] for row in rows) == Counter(
        f"request-{n}" for n in range(CROWD)
    )
    by_request = {row["request_id"]: row for row in rows}
    for n, number in enumerate(asked):
        row = by_request[f"request-{n}"]
        assert (row["resident_id"], row["fields"]) == (people[number], ["name", "sex"])


async def test_what_cannot_be_recorded_is_not_told(small: Registry) -> None:
    await small.resident()
    async with small.store.transaction() as tx:
        await tx.connection.execute(
            "alter table accesses add constraint nothing_more check (purpose = 'x') not valid"
        )
    headers = small.department("health")
    answers = await asyncio.gather(
        *(small.look_up(NUMBER, ["name"], headers) for _ in range(FEW)), return_exceptions=True
    )
    for answer in answers:
        assert isinstance(answer, BaseException) or answer.status_code == 500
        assert "金哲洙" not in (str(answer) if isinstance(answer, BaseException) else answer.text)
    assert await small.rows("select from accesses") == []


async def test_a_caller_who_goes_away_spoils_nothing_for_the_others(small: Registry) -> None:
    resident_id = await small.resident()
    headers = small.department("health")
    tasks = [asyncio.create_task(small.look_up(NUMBER, ["name"], headers)) for _ in range(CROWD)]
    await asyncio.sleep(0.02)
    for task in tasks[::3]:
        task.cancel()
    answers = await asyncio.gather(*tasks, return_exceptions=True)
    answered = [a for a in answers if not isinstance(a, BaseException)]
    assert {a.status_code for a in answered} == {200}
    assert len(await small.accesses(resident_id)) >= len(answered)
