"""One row, one transaction: through the ORM and through asyncpg, into the same table."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from datetime import date, datetime
from uuid import UUID

import asyncpg
from sqlalchemy import Text, func
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from benchmarks import rounds
from benchmarks.effort import Effort
from benchmarks.places import Place
from benchmarks.rounds import Row
from services.common.database import Database
from services.common.ids import new_id

_AT_ONCE = 8
_TABLE = """
create table benchmark.notes (
    id uuid primary key,
    county text not null,
    name text not null,
    born_on date not null,
    recorded_at timestamptz not null default now())
"""
_INSERT = """
insert into benchmark.notes (id, county, name, born_on) values ($1, $2, $3, $4)
returning recorded_at
"""
_VALUES = ("222406", "金哲洙", date(1968, 5, 3))

Insert = Callable[[], Awaitable[object]]


class Base(DeclarativeBase):
    """The ORM's registry of classes."""


class Note(Base):
    """The row as the ORM sees it."""

    __tablename__ = "notes"
    __table_args__ = ({"schema": "benchmark"},)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    county: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    born_on: Mapped[date]
    recorded_at: Mapped[datetime] = mapped_column(server_default=func.now())


def measure(place: Place, effort: Effort) -> Iterator[Row]:
    """Inserts a second through both, with as many transactions at once."""
    seen = asyncio.run(_measure(place.admin_dsn, effort))
    yield Row(
        f"insert through the ORM, {_AT_ONCE} at once",
        "insert through asyncpg",
        "inserts/s",
        rounds.Figures(tuple(seen["orm"])),
        rounds.Figures(tuple(seen["asyncpg"])),
        note="SQLAlchemy over asyncpg; one row a transaction, the database's default read back",
    )


async def _measure(dsn: str, effort: Effort) -> dict[str, list[float]]:
    database = Database(dsn, application="benchmark", pool_size=_AT_ONCE)
    await database.open()
    engine = create_async_engine(
        "postgresql+asyncpg://", async_creator=lambda: asyncpg.connect(dsn), pool_size=_AT_ONCE
    )
    sessions = async_sessionmaker(engine, expire_on_commit=False)
    seen: dict[str, list[float]] = {"orm": [], "asyncpg": []}
    try:
        for statement in ("create schema if not exists benchmark", _TABLE):
            await database.pool.execute(statement)
        for _ in range(effort.rounds):
            seen["orm"].append(await _rate(lambda: _by_orm(sessions), effort.once_s))
            seen["asyncpg"].append(await _rate(lambda: _by_asyncpg(database), effort.once_s))
    finally:
        await engine.dispose()
        await database.pool.execute("drop table if exists benchmark.notes")
        await database.close()
    return seen


async def _by_orm(sessions: async_sessionmaker[AsyncSession]) -> object:
    county, name, born_on = _VALUES
    async with sessions.begin() as session:
        note = Note(id=new_id(), county=county, name=name, born_on=born_on)
        session.add(note)
        await session.flush()
        return note.recorded_at


async def _by_asyncpg(database: Database) -> object:
    async with database.transaction() as connection:
        return await connection.fetchval(_INSERT, new_id(), *_VALUES)


async def _rate(insert: Insert, seconds: float) -> float:
    started = time.perf_counter()
    until = started + seconds

    async def work() -> int:
        done = 0
        while time.perf_counter() < until:
            await insert()
            done += 1
        return done

    done = await asyncio.gather(*(work() for _ in range(_AT_ONCE)))
    return sum(done) / (time.perf_counter() - started)
