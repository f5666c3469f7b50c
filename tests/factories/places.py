"""Areas that change, and people who live in them."""

from datetime import date
from typing import Any
from uuid import UUID

from services.common.clock import local_day, utc_now
from services.common.timers import TimerLoop
from services.registry.use_cases.places import rekeying
from tests.factories.registry import Person, Registry, dwelling, id_number

RECORD = """
with people as (
    select r.county, r.id, r.version, r.dwelling, r.relation, r.name, h.dwelling as household,
        h.version as household_version, h.head_id = r.id as is_head,
        (select count(*) from identifiers i where (i.county, i.resident_id) = (r.county, r.id))
            as documents
    from residents r left join households h on (h.county, h.id) = (r.county, r.household_id))
select (select json_agg(to_jsonb(p) - 'id' order by dwelling, relation) from people p)::text
        as residents,
    (select json_agg(json_build_array(h.county, h.version, old ->> 'dwelling', old ->> 'relation')
        order by h.old ->> 'dwelling', old ->> 'relation', h.version)
        from resident_history h join people p on (p.county, p.id) = (h.county, h.resident_id))::text
        as history,
    (select json_agg(json_build_array(a.county, field, value) order by p.dwelling, field, value)
        from assertions a join people p on (p.county, p.id) = (a.county, a.resident_id))::text
        as assertions,
    (select count(*) from accesses a join people p on (p.county, p.id) = (a.county, a.resident_id))
        as accesses,
    (select json_agg(json_build_array(code, county, level, name, valid_to) order by code)
        from areas)::text as areas
"""
"""Everything kept of residents, without their ids, which differ from database to database."""


def today() -> date:
    """The civil day in China, asked anew: a run may pass midnight."""
    return local_day(utc_now())


async def ask(registry: Registry, role: str, area: str, **body: Any) -> Any:
    headers = registry.headers(role, areas=[area])
    body = {"effective_on": today().isoformat(), "document": "吉政函〔2025〕1号", **body}
    return await registry.client.post("/v1/area-changes", json=body, headers=headers)


async def carried_out(registry: Registry, *, chunk: int = 3) -> None:
    store = registry.store
    loop = TimerLoop(store.database, rekeying.handlers(store, chunk=chunk), batch=1)
    while await loop.fire_due():
        pass


async def area(registry: Registry, code: str, on: str = "", **token: Any) -> Any:
    token.setdefault("areas", ["2224"])
    query = f"?on={on}" if on else ""
    answer = await registry.client.get(
        f"/v1/areas/{code}{query}", headers=registry.headers("system_admin", **token)
    )
    return answer.json()


def number_of(grid: str, person: int) -> str:
    """The identity number of somebody in a grid; grids of two communities do not share any."""
    return id_number(int(grid[11]) * 100 + int(grid[14]) * 10 + person)


async def peopled(registry: Registry, grid: str, people: int = 5) -> list[UUID]:
    """A grid with homes, one household of two and others of one."""
    made = []
    async with registry.store.transaction() as tx:
        await tx.connection.executemany(
            "insert into areas (code, county, level, name) values ($1, left($1, 6), $2, $1)"
            " on conflict do nothing",
            [(grid, "grid"), (grid + "00001", "building"), (grid + "0000101", "unit")]
            + [(dwelling(grid, 100 + n), "dwelling") for n in range(people)],
        )
    for n in range(people):
        at = dwelling(grid, 100 + n)
        household = await registry.household(at)
        person = Person(number=number_of(grid, n), dwelling=at, household_id=household)
        made.append(await registry.resident(person))
        await registry.head(household, made[-1])
        if n == 0:
            other = Person(number=None, dwelling=at, household_id=household, relation="2")
            made.append(await registry.resident(other))
    return made
