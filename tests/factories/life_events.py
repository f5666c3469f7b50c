"""Families that live in the registry, and hands to report what happens to them."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

import httpx
import orjson

from tests.factories.registry import (
    COMMUNITY,
    OTHER_COUNTY_GRID,
    Person,
    Registry,
    dwelling,
    id_number,
)

DAY = "2026-11-10"
FAR = dwelling(OTHER_COUNTY_GRID)


@dataclass
class Village:
    """A couple with a daughter, and a widow in the next dwelling."""

    registry: Registry
    home: UUID
    father: UUID
    mother: UUID
    daughter: UUID
    next_door: UUID
    widow: UUID
    headers: dict[str, str] = field(default_factory=dict)

    async def versions(self, *ids: UUID) -> dict[str, int]:
        rows = await self.registry.rows(
            "select id, version from residents where id = any ($1)"
            " union all select id, version from households where id = any ($1)",
            list(ids),
        )
        return {str(row["id"]): row["version"] for row in rows}

    async def report(self, kind: str, *people: UUID, **more: Any) -> httpx.Response:
        """Report an event with the versions that stand."""
        headers = more.pop("headers", None) or self.caller()
        named = [*people, more.get("household_id"), more.get("other_id"), *more.pop("also", ())]
        body = {
            "kind": kind,
            "occurred_on": DAY,
            "people": people,
            "versions": await self.versions(*(n for n in named if n)),
            **more,
        }
        plain = orjson.dumps(body, default=str)
        return await self.registry.client.post(
            "/v1/life-events",
            content=plain,
            headers={**headers, "Content-Type": "application/json"},
        )

    def caller(self, role: str = "community_officer", **token: Any) -> dict[str, str]:
        return self.registry.headers(role, **{"areas": [COMMUNITY], **token})

    async def reverse(self, event: str, **token: Any) -> httpx.Response:
        return await self.registry.client.post(
            f"/v1/life-events/{event}/reverse",
            json={"reason": "重复登记"},
            headers=self.caller(**token),
        )

    async def members(self, home: UUID) -> dict[UUID, str | None]:
        rows = await self.registry.rows(
            "select id, relation from residents where household_id = $1", home
        )
        return {row["id"]: row["relation"] for row in rows}

    async def dump(self) -> dict[str, list[tuple[Any, ...]]]:
        """What events change, to be compared; versions, instants and who wrote aside."""
        queries = {
            "residents": "select id, county, household_id, relation, dwelling, residency, died_on,"
            " left_on from residents order by id",
            "households": "select id, county, dwelling, address, head_id, valid_to from households"
            " order by id",
            "memberships": "select resident_id, county, basis, household_id, relation, dwelling,"
            " valid from memberships order by resident_id, basis, valid",
            "dwellings": "select household_id, county, dwelling, use, valid from"
            " household_dwellings order by household_id, valid",
            "heads": "select household_id, county, head_id, valid from household_heads"
            " order by household_id, valid",
        }
        return {
            name: [tuple(row.values()) for row in await self.registry.rows(query)]
            for name, query in queries.items()
        }


async def village(registry: Registry) -> Village:
    async with registry.store.transaction() as tx:
        await tx.connection.execute(
            "insert into areas (code, county, level, name, address) select code, left(code, 6),"
            " 'dwelling', code, '朝阳街8号' from unnest($1::text[]) as code",
            [*(dwelling(room=room) for room in (101, 102, 103, 104)), FAR],
        )
    home, next_door = await registry.household(), await registry.household(dwelling(room=102))

    async def lives(number: int, place: UUID, relation: str, **more: Any) -> UUID:
        person = Person(
            number=id_number(number),
            household_id=place,
            relation=relation,
            dwelling=dwelling(room=101 if place == home else 102),
            **more,
        )
        return await registry.resident(person)

    father = await lives(1, home, "0", born_on=date(1970, 1, 1))
    mother = await lives(2, home, "1", sex="2", born_on=date(1972, 1, 1))
    daughter = await lives(4, home, "3", sex="2", born_on=date(2001, 5, 5))
    widow = await lives(6, next_door, "0", sex="2", born_on=date(1950, 1, 1))
    async with registry.store.transaction() as tx:
        await tx.connection.execute(
            "select set_config('registry.effective_on', '2026-06-01', true)"
        )
        await tx.connection.execute(
            "update households h set head_id = h2.head from unnest($1::uuid[], $2::uuid[])"
            " as h2 (id, head) where h.id = h2.id",
            [home, next_door],
            [father, widow],
        )
    return Village(registry, home, father, mother, daughter, next_door, widow)
