"""Whoever something is said of is there, and cannot be deleted: kept without a foreign key."""

from uuid import UUID

import asyncpg
import pytest

from services.common.ids import new_id
from tests.factories.registry import Registry

SAY = """
insert into assertions (county, resident_id, field, value, method, domain, observed_on)
values ('222406', $1, 'phone', '"x"', 'department_push', 'health', '2026-11-20')
"""
FORGET = "delete from identifiers where resident_id = $1"
DELETE = "delete from residents where id = $1"


async def done(registry: Registry, *statements: str, of: UUID) -> None:
    async with registry.store.transaction() as tx:
        await tx.connection.execute("set local lock_timeout = '100ms'")
        for statement in statements:
            await tx.connection.execute(statement, of)


async def test_nothing_is_said_of_nobody(registry: Registry) -> None:
    with pytest.raises(asyncpg.ForeignKeyViolationError, match="1 residents who are not there"):
        await done(registry, SAY, of=new_id())


async def test_who_is_spoken_of_is_not_deleted(registry: Registry) -> None:
    resident_id = await registry.resident()
    with pytest.raises(asyncpg.ForeignKeyViolationError, match="assertions"):
        await done(registry, FORGET, SAY, DELETE, of=resident_id)
    with pytest.raises(asyncpg.RestrictViolationError, match="the key"):
        await done(registry, "update residents set id = uuidv7() where id = $1", of=resident_id)
    await done(registry, FORGET, DELETE, of=resident_id)


async def test_who_is_just_being_spoken_of_is_held(registry: Registry) -> None:
    resident_id = await registry.resident()
    await done(registry, FORGET, of=resident_id)
    async with registry.store.read() as connection, connection.transaction():
        await connection.execute(SAY, resident_id)
        with pytest.raises(asyncpg.LockNotAvailableError):
            await done(registry, DELETE, of=resident_id)
