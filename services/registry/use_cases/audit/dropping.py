"""Dropping a month of access records, so that the chains say which records are gone and why."""

from services.common.database import Connection
from services.registry.store.audit import blocks
from services.registry.use_cases.audit import sealing


class AccessesDiffer(RuntimeError):
    """What a month holds is not what was sealed of it: verify first (`onegrid audit verify`)."""


async def chain(connection: Connection, partition: str, rule: str) -> None:
    """Append to each chain that a month goes, in the transaction that drops it.

    A month that is not what the chains have of it is not dropped: it is evidence.

    Raises:
        AccessesDiffer: Records of it were removed, inserted or never sealed.
    """
    month = partition.rpartition("_")[2]
    await connection.execute(blocks.WAIT_FOR_LOCK)
    await connection.execute(blocks.PATIENCE)
    sealed = await blocks.sealed_in_month(connection, month)
    there = await blocks.there_in_month(connection, partition)
    if sealed != there:
        raise AccessesDiffer(partition)
    await sealing.drop(connection, month, sorted(sealed), rule)
