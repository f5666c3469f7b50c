"""The reference: the least a Python web handler over PostgreSQL does.

uvicorn, FastAPI and asyncpg as the suite uses them, one statement that returns JSON text by primary
key. No token, no permission, no decryption, no access record.

    BARE_DATABASE_URL=… python -m benchmarks.bare PORT
"""

import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI, Response

from gateway.cli.up import run
from services.common.database import Database

POOL_SIZE = 10
"""Connections, as many as a service of the suite has at most."""

SELECT = "select body from benchmark.plain where n = $1"

MISSING = Response(status_code=404)


def create_app(dsn: str) -> FastAPI:
    """An app with one route."""
    database = Database(dsn, application="bare", pool_size=POOL_SIZE)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        await database.open()
        yield
        await database.close()

    app = FastAPI(lifespan=lifespan, openapi_url=None)

    @app.get("/readyz")
    async def readyz() -> str:
        return "ready"

    @app.get("/plain/{n}")
    async def plain(n: int) -> Response:
        body = await database.pool.fetchval(SELECT, n)
        return Response(body, media_type="application/json") if body else MISSING

    return app


if __name__ == "__main__":
    dsn = os.environ["BARE_DATABASE_URL"]  # noqa: TID251 — an entry point reads its environment
    run(create_app(dsn), "127.0.0.1", int(sys.argv[1]))
