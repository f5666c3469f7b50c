"""Saying outside the database how far the chains have come, signed."""

import asyncio
from dataclasses import dataclass
from typing import Final

import structlog
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from services.common.database import Connection, Database
from services.registry.domain.audit import chains, checkpoints
from services.registry.domain.audit.checkpoints import FIRST, Checkpoint
from services.registry.settings import RegistrySettings
from services.registry.store.audit import blocks
from services.registry.store.audit.checkpoint_file import CheckpointFile
from services.registry.use_cases.audit import sealing

_log = structlog.get_logger()
_NOTHING: Final = Checkpoint(0, "", 0, chains.NOWHERE, (), FIRST)


@dataclass(frozen=True, slots=True)
class Witness:
    """Who signs checkpoints, and where they go.

    Attributes:
        file: Outside the database.
        key: That signs.
        every_s: Seconds between two of them.
        algorithm: Of what is sealed before the last one.
    """

    file: CheckpointFile
    key: Ed25519PrivateKey
    every_s: float
    algorithm: str

    @classmethod
    def of(cls, settings: RegistrySettings) -> "Witness | None":
        """As the settings say; None where this process was given no key.

        Raises:
            KeyMalformed: The key is not 32 bytes.
        """
        if settings.checkpoint_key is None:
            return None
        key = checkpoints.private_key(settings.checkpoint_key.get_secret_value())
        return cls(
            CheckpointFile.of(settings.data_dir),
            key,
            settings.checkpoint_every_s,
            settings.chain_hash,
        )


async def write(connection: Connection, witness: Witness) -> Checkpoint | None:
    """Sign how far the chains have come; None where they have not grown since the last line."""
    last = await asyncio.to_thread(witness.file.last)
    known = _read(last)
    state = await blocks.state(connection)
    grown = await blocks.grown(connection, known.round, state.round)
    at = await blocks.now(connection)
    made: list[Checkpoint] = []

    def following(newest: bytes | None) -> bytes | None:
        # Another process may have said it meanwhile.
        if newest != last or state.round <= known.round:
            return None
        previous = FIRST if newest is None else checkpoints.line_hash(newest)
        made.append(Checkpoint(known.number + 1, at, state.round, state.ended, grown, previous))
        return made[0].signed(witness.key)

    line = await asyncio.to_thread(witness.file.append, following)
    if line is None:
        return None
    _log.info("accesses.checkpoint", line=line.decode())
    return made[0]


async def keep_writing(database: Database, witness: Witness | None) -> None:
    """Write again and again; at its start, and when it is cancelled, too."""
    if witness is None:
        _log.warning("accesses.no_checkpoint_key")
        return
    try:
        while True:
            await _write_one(database, witness)
            await asyncio.sleep(witness.every_s)
    finally:
        await _write_one(database, witness, sealed_first=True)


async def _write_one(database: Database, witness: Witness, *, sealed_first: bool = False) -> None:
    try:
        if sealed_first:
            await sealing.seal_all(database, algorithm=witness.algorithm)
        async with database.read() as connection:
            await write(connection, witness)
    except Exception:  # noqa: BLE001 — what was not said is said by the next one
        _log.exception("accesses.no_checkpoint")


def _read(line: bytes | None) -> Checkpoint:
    return _NOTHING if line is None else checkpoints.read(line)
