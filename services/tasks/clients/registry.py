"""What the tasks service asks of the registry: which facts somebody must look at."""

from typing import Any

import structlog

from services.common.errors import PeerUnavailable
from services.common.peers import Peer

_log = structlog.get_logger()
_OK = 200
_LIMIT = 100
_GRID_DIGITS = 15


class Registry:
    """The registry, asked on a caller's behalf."""

    def __init__(self, peer: Peer) -> None:
        self._peer = peer

    async def contradicted(self, areas: tuple[str, ...], token: str) -> list[dict[str, Any]] | None:
        """Facts in these areas that sources contradict each other about, as items of a day.

        Args:
            areas: Of the caller.
            token: The caller's own: the registry decides what it may see, and records it.

        Returns:
            At most 100 an area, oldest first; None when the registry cannot be asked now.
        """
        found: list[dict[str, Any]] = []
        for area in areas:
            path = f"/v1/verifications?within={area}&state=open&limit={_LIMIT}"
            headers = {"OneGrid-Purpose": "verification"}
            try:
                answer = await self._peer.call("GET", path, token=token, headers=headers)
            except PeerUnavailable:
                return None
            if answer.status_code != _OK:
                _log.warning("registry.not_understood", status=answer.status_code)
                return None
            found += [_item(one) for one in answer.json()["items"]]
        return found


def _item(one: dict[str, Any]) -> dict[str, Any]:
    return {
        "kind": "verify_fact",
        "title": one["name"],
        "area": one["dwelling"][:_GRID_DIGITS],
        "subject_id": one["id"],
        "due_at": None,
        "field": one["field"],
        "resident_id": one["resident_id"],
    }
