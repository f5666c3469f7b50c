"""What the feed tells of places: ids and codes, never who holds a post or where somebody lives."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from services.common import outbox
from services.common.outbox import Event
from services.registry.store.places.posts import Post
from services.registry.store.store import Tx

AREA_REGISTERED: Final = "registry.area.registered.v1"
BOUNDARY_DRAWN: Final = "registry.boundary.drawn.v1"
POST_FILLED: Final = "registry.post.filled.v1"
POST_CORRECTED: Final = "registry.post.corrected.v1"
POST_ENDED: Final = "registry.post.ended.v1"
EMITTED: Final = frozenset(
    {AREA_REGISTERED, BOUNDARY_DRAWN, POST_FILLED, POST_CORRECTED, POST_ENDED}
)


async def of_area(tx: Tx, type_: str, code: str, data: Mapping[str, Any], now: datetime) -> None:
    """Tell everybody in an area what became of it, in the transaction in which it did."""
    await outbox.publish(tx.connection, Event(type_, code, code, now, dict(data), None))


async def of_post(tx: Tx, type_: str, post: Post, now: datetime) -> None:
    """Tell everybody in its area of a post; its holder is asked for by who may know."""
    data = {
        "post": post.post,
        "version": post.version,
        "valid_from": post.valid_from.isoformat(),
        "valid_to": post.valid_to and post.valid_to.isoformat(),
    }
    await outbox.publish(tx.connection, Event(type_, str(post.id), post.area, now, data, None))
