"""Telling auditors where the chains stand; nothing here changes anything."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import orjson

from services.common import paging
from services.registry.domain.audit import checkpoints as signed
from services.registry.store.audit import blocks
from services.registry.store.audit.checkpoint_file import CheckpointFile
from services.registry.store.store import Store
from services.registry.use_cases import cursors

_CHECKPOINTS = "checkpoints"


async def chains(
    store: Store, areas: Sequence[str], after: str | None, limit: int
) -> tuple[bytes, str | None]:
    """A page of chains of organisations in these areas as JSON, and the next page's cursor."""
    last = cursors.code(after, areas)
    async with store.read() as connection:
        rows = await blocks.chain_heads(connection, last, areas, limit + 1)
    items: list[dict[str, Any]] = [
        {
            "organisation": row["organisation"],
            "number": row["number"],
            "rows": row["total"],
            "hash": row["hash"].hex(),
            "algorithm": row["algorithm"],
            "sealed_at": row["sealed_at"],
        }
        for row in rows[:limit]
    ]
    following = None
    if len(rows) > limit:
        following = paging.encode([rows[limit - 1]["organisation"]], areas)
    return orjson.dumps(items), following


async def checkpoints(data_dir: Path, after: str | None, limit: int) -> tuple[bytes, str | None]:
    """A page of signed lines as a JSON array, and the next page's cursor."""
    last = int(cursors.code(after, _CHECKPOINTS) or 0)
    file = CheckpointFile.of(data_dir)
    lines = await asyncio.to_thread(file.after, last, limit + 1, signed.number_of)
    following = None
    if len(lines) > limit:
        following = paging.encode([str(signed.number_of(lines[limit - 1]))], _CHECKPOINTS)
    return b"[" + b",".join(line.strip() for line in lines[:limit]) + b"]", following
