"""The list a grid worker works through: households, members, and what has grown old."""

from collections.abc import Sequence
from datetime import date
from itertools import groupby
from typing import Any
from uuid import UUID

import orjson

from services.common import paging
from services.common.clock import Clock, local_day, utc_now
from services.common.errors import NothingHere
from services.registry.domain import areas, freshness, masking, scopes
from services.registry.domain.catalogue import Field
from services.registry.domain.readings import Reading
from services.registry.store import grids, sealed
from services.registry.store.store import Store
from services.registry.use_cases import cursors


async def households(
    store: Store,
    reading: Reading,
    grid: str,
    after: str | None,
    limit: int,
    clock: Clock = utc_now,
) -> tuple[bytes, str | None]:
    """A page of a grid's households as JSON, and the cursor of the next page.

    Raises:
        NothingHere: It is no grid, or none of the caller's.
    """
    if len(grid) != areas.LENGTHS["grid"]:
        raise NothingHere
    scopes.require_within(grid, reading.areas, "#path/code")
    start = cursors.dwelling_and_id(after, grid)
    async with store.read() as connection:
        rows = await grids.households(connection, reading, grid, start, limit)
    members = _Members(store, local_day(clock()))
    groups = [list(g) for _, g in groupby(rows, key=lambda row: row["household_id"])]
    shown = [_household(group, members) for group in groups[:limit]]
    following = None
    if len(groups) > limit:
        last_shown = groups[limit - 1][0]
        following = paging.encode((last_shown["dwelling"], str(last_shown["household_id"])), grid)
    return orjson.dumps(shown, default=str), following


def _household(rows: Sequence[Any], members: "_Members") -> dict[str, Any]:
    first = rows[0]
    living = [row for row in rows if row["id"] is not None]
    head = next((row["name"] for row in living if row["id"] == first["head_id"]), None)
    return {
        "id": first["household_id"],
        "dwelling": first["dwelling"],
        "address": first["address"],
        "head_name": head,
        "members": [members.view(row) for row in living],
    }


class _Members:
    """Shapes members as of a day."""

    def __init__(self, store: Store, today: date) -> None:
        self._sealer = store.sealer
        self._today = today
        # What nobody in a grid may read is nothing to remind a grid worker of.
        self._aging: tuple[Field, ...] = tuple(
            f for f in freshness.aging(store.catalogue.values()) if f.sensitivity != "sensitive"
        )

    def view(self, row: Any) -> dict[str, Any]:
        """One member, with its telephone number masked."""
        phone = row["phone_sealed"]
        present = {"dwelling", "household_id"}
        present.update(c for c in ("residency", "usual_language", "relation") if row[c] is not None)
        if phone is not None:
            present.add("phone")
        return {
            "id": row["id"],
            "version": row["version"],
            "name": row["name"],
            "name_ko": row["name_ko"],
            "relation": row["relation"],
            "sex": row["sex"],
            "born_on": row["born_on"],
            "phone": self._phone(row["id"], phone),
            "usual_language": row["usual_language"],
            "stale": freshness.stale(
                self._aging,
                orjson.loads(row["facts"]),
                frozenset(present),
                row["observed_on"],
                self._today,
            ),
        }

    def _phone(self, resident_id: UUID, phone: bytes | None) -> str | None:
        if phone is None:
            return None
        return masking.phone(sealed.open_phone(self._sealer, resident_id, phone))
