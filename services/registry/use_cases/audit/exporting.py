"""The export that an auditor takes along, and holding the database against its own proof."""

import os
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Final

import orjson

from services.common.database import Database
from services.registry.domain.audit.checkpoints import written
from services.registry.domain.audit.faults import Report
from services.registry.domain.audit.verifying import VERSION, Verifier
from services.registry.settings import RegistrySettings
from services.registry.store.audit import lines
from services.registry.store.audit.checkpoint_file import CheckpointFile
from services.registry.use_cases.audit import checkpoints, sealing
from services.registry.use_cases.audit.checkpoints import Witness

_PRIVATE: Final = 0o600


async def export(
    database: Database, settings: RegistrySettings, to: Path, organisation: str | None
) -> int:
    """Write an export to a file that is not there yet; how many lines it has.

    What is due is sealed and signed first, so that the checkpoints cover all but the last seconds.
    """
    await _settle(database, settings)
    count = 0
    # Before the snapshot: what is signed while it is read is not in it.
    signed = CheckpointFile.of(settings.data_dir).lines()
    with os.fdopen(os.open(to, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _PRIVATE), "wb") as file:
        for line in signed:
            file.write(b'{"checkpoint":' + line.strip() + b"}\n")
            count += 1
        async for line in _lines(database, organisation):
            file.write(line)
            count += 1
    return count


async def verify(
    database: Database,
    settings: RegistrySettings,
    keys: Sequence[str],
    organisation: str | None,
    kept: Path | None = None,
) -> Report:
    """Hold the access records in the database against the chains and the checkpoints.

    Args:
        database: Open.
        settings: Say where the file of checkpoints is, and with which key it was signed.
        keys: Further public keys: those that signed before.
        organisation: The one whose chain is looked at; None looks at all.
        kept: Checkpoints that were put away elsewhere, instead of the file in the data folder.
    """
    await _settle(database, settings)
    own = list(filter(None, [public_key(settings)]))
    signed = CheckpointFile(kept) if kept else CheckpointFile.of(settings.data_dir)
    verifier = Verifier(signed.lines(), [*keys, *own], organisation)
    async for line in _lines(database, organisation):
        verifier.take(line)
    return verifier.finish()


def public_key(settings: RegistrySettings) -> str | None:
    """The key that checks the checkpoints signed with these settings; None where none are."""
    witness = Witness.of(settings)
    return written(witness.key.public_key()) if witness else None


async def _settle(database: Database, settings: RegistrySettings) -> None:
    """Seal and sign what is due."""
    await sealing.seal_all(database, algorithm=settings.chain_hash)
    witness = Witness.of(settings)
    if witness is not None:
        async with database.read() as connection:
            await checkpoints.write(connection, witness)


async def _lines(database: Database, organisation: str | None) -> AsyncIterator[bytes]:
    yield orjson.dumps({"export": {"version": VERSION, "organisation": organisation}}) + b"\n"
    async with database.snapshot() as connection:
        async for line in lines.lines(connection, organisation):
            yield line
