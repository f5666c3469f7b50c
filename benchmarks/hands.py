"""Imports without HTTP: accepted and carried out by the use cases, in this process."""

import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import orjson
import uvloop

from gateway import demo
from gateway.process import settle_in
from gateway.suite import BY_NAME
from services.common.database import Database
from services.common.idempotency import Once
from services.common.ids import new_id
from services.common.timers import TimerLoop
from services.registry.domain.imports.jobs import Job
from services.registry.domain.readings import Reading
from services.registry.settings import RegistrySettings
from services.registry.store.imports import jobs
from services.registry.store.store import open_store
from services.registry.use_cases.imports import jobs as imports
from services.registry.use_cases.imports import run
from services.registry.use_cases.imports.plan import Importing, Request, importing

DOMAIN = "housing"
_FILE_BYTES = 1 << 29
READING = Reading(
    areas=(demo.COUNTY,),
    reader=f"sys.{demo.COUNTY}.{DOMAIN}",
    reader_name="benchmark",
    role="department_system",
    organisation=f"{demo.COUNTY}.{DOMAIN}",
    purpose="statutory_registration",
    operation="registry.imports.start",
    request_id="benchmark",
)


@dataclass(frozen=True, slots=True)
class Hands:
    """An open registry.

    Attributes:
        env: What its imports work with.
        database: Its own.
    """

    env: Importing
    database: Database

    async def send(self, path: Path) -> UUID:
        """Have a file of the benchmark's department accepted."""
        with path.open("rb") as file:
            request = Request(
                file=file,
                file_name=path.name,
                domain=DOMAIN,
                county=demo.COUNTY,
                mapping={},
                dry_run=False,
                domains=frozenset({DOMAIN}),
                base="",
            )
            once = Once(READING.reader, str(new_id()), b"")
            answer = await imports.accept(self.env, READING, request, once)
        return UUID(orjson.loads(answer.body)["id"])

    async def work(self) -> None:
        """Carry out what was accepted."""
        await self.loop().fire_due()

    def loop(self) -> TimerLoop:
        """The loop that carries imports out."""
        return TimerLoop(self.database, run.handlers(self.env), batch=1)

    async def job(self, import_id: UUID) -> Job:
        """How an import stands."""
        async with self.database.read() as connection:
            found = await jobs.by_key(connection, demo.COUNTY, import_id)
        if found is None:
            raise LookupError(import_id)
        return found

    async def seconds(self, path: Path) -> float:
        """How long a file takes, from upload to the last row recorded."""
        started = time.perf_counter()
        import_id = await self.send(path)
        await self.work()
        took = time.perf_counter() - started
        job = await self.job(import_id)
        if job.state != "done":
            raise RuntimeError(f"{job.state}: {job.error}")
        return took


@asynccontextmanager
async def opened(dsn: str, key: str, folder: Path) -> AsyncIterator[Hands]:
    """A registry on a migrated database, with files in a folder of its own."""
    settings = BY_NAME["registry"].settings(
        database_url=dsn, key_encryption_key=key, data_dir=folder, import_file_bytes=_FILE_BYTES
    )
    if not isinstance(settings, RegistrySettings):
        raise TypeError(type(settings))
    database = Database(dsn, application="benchmark", pool_size=4)
    await database.open()
    try:
        store = await open_store(database, key)
        settle_in()
        yield Hands(importing(store, settings), database)
    finally:
        await database.close()


async def _work(dsn: str, key: str, folder: str) -> None:
    async with opened(dsn, key, Path(folder)) as hands:
        await hands.loop().run()


if __name__ == "__main__":
    uvloop.run(_work(*sys.argv[1:]))
