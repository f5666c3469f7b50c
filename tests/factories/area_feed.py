"""A feed of changed areas, and a follower that reads it."""

from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import asyncpg
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from services.common.clock import local_day, utc_now
from services.common.database import Connection, Database
from services.common.ids import new_id
from services.common.peers import InProcess, Peer
from services.following import areas
from services.following.areas import Follower, Step
from services.registry.api.place_schemas import AreaChangeFeed

Pair = tuple[str, str] | tuple[str, str, bool]


@dataclass
class Feed:
    """What the registry would tell; pages hold two events."""

    events: list[dict[str, Any]] = field(default_factory=list)
    refusals: list[int] = field(default_factory=list)

    def tell(self, *pairs: Pair, kind: str = "recode") -> None:
        """One change more, as pairs of an old code, a new one, and whether records go along."""
        lineage = [{"old": p[0], "new": p[1], "carries": len(p) < 3 or p[2]} for p in pairs]
        change = str(new_id())
        data = {
            "change": change,
            "kind": kind,
            "effective_on": local_day(utc_now()).isoformat(),
            "old": sorted({p[0] for p in pairs}),
            "new": sorted({p[1] for p in pairs}),
            "lineage": lineage,
        }
        self.events.append({
            "specversion": "1.0", "id": str(new_id()), "source": "/registry",
            "type": areas.AREA_CHANGED, "subject": change, "time": utc_now().isoformat(),
            "datacontenttype": "application/json", "area": "222406", "domain": None, "data": data,
        })  # fmt: skip

    def peer(self) -> Peer:
        async def feed(request: Request) -> JSONResponse:
            assert "authorization" not in request.headers
            if self.refusals:
                return JSONResponse({}, self.refusals.pop(0))
            after = int(request.query_params.get("after", "0"))
            page = {"items": self.events[after : after + 2], "next": str(after)}
            page["next"] = str(after + len(page["items"]))
            AreaChangeFeed.model_validate(page)
            return JSONResponse(page)

        app = Starlette(routes=[Route("/v1/area-changes/feed", feed)])
        return Peer("registry", base_url="http://registry", transport=InProcess(app))


@asynccontextmanager
async def following(
    dsn: str, feed: Feed, steps: Sequence[Step], **given: Any
) -> AsyncIterator[Follower]:
    """A follower with a database of its own."""
    database = Database(dsn, application="follower", pool_size=2)
    await database.open()
    try:
        yield Follower(database, feed.peer(), steps, **given)
    finally:
        await database.close()


async def rows(dsn: str, sql: str, *values: Any) -> list[dict[str, Any]]:
    """What a statement finds."""
    connection = await asyncpg.connect(dsn)
    try:
        return [dict(row) for row in await connection.fetch(sql, *values)]
    finally:
        await connection.close()


def killed(steps: Iterable[Step], after: int) -> tuple[Step, ...]:
    """The same steps, of which one fails once so many chunks are written."""
    left = after

    def dying(step: Step) -> Step:
        async def run(connection: Connection, pairs: str) -> int:
            nonlocal left
            if left == 0:
                raise RuntimeError("killed")
            left -= 1
            return await step(connection, pairs)

        return run

    return tuple(dying(step) for step in steps)
