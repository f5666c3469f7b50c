"""Whom the reads ask about: residents from everywhere, and a system that may see them all."""

import asyncio
from dataclasses import dataclass

import asyncpg
import httpx

from benchmarks.places import Place, Server
from gateway.identity.service import register
from gateway.suite import SUITE
from gateway.tour import actors
from services.common import sealing
from services.registry.store import sealed

SYSTEM = "sys.2224.benchmark"
_SAMPLE = """
select id, name, dwelling, document_sealed from registry.residents
where document_kind = 'resident_id' and died_on is null and length(name) >= 3
order by hashtext(id::text) limit $1
"""


@dataclass(frozen=True, slots=True)
class Somebody:
    """A resident of the demo.

    Attributes:
        id: As text.
        name: In Chinese characters, three or more.
        number: Identity number.
        community: Where they live.
    """

    id: str
    name: str
    number: str
    community: str


def sample(place: Place, count: int) -> list[Somebody]:
    """The same residents in every run on a data folder, from all counties."""
    return asyncio.run(_sample(place, count))


async def _sample(place: Place, count: int) -> list[Somebody]:
    connection = await asyncpg.connect(place.embedded.postgres.service_dsn("registry"))
    try:
        async with connection.transaction():
            sealer = await sealing.load(connection, place.embedded.key("registry"))
        rows = await connection.fetch(_SAMPLE, count)
    finally:
        await connection.close()
    return [
        Somebody(
            str(row["id"]),
            row["name"],
            sealed.open_document(sealer, row["id"], row["document_sealed"]),
            row["dwelling"][:12],
        )
        for row in rows
    ]


def token(place: Place, server: Server) -> str:
    """A token of a prefecture's department, which the demo has none of."""
    settings = place.embedded.settings(SUITE, public_url=server.base_url)["identity"]
    facts = {
        "client_id": SYSTEM,
        "name": "性能测试系统",
        "role": "department_system",
        "org": "2224.health",
        "areas": ["2224"],
        "domains": ["health"],
    }
    secret = asyncio.run(register(settings, facts))  # type: ignore[arg-type]  # its own settings class
    with httpx.Client(base_url=server.base_url, trust_env=False, timeout=30) as http:
        return actors.system(http, SYSTEM, secret or "").token
