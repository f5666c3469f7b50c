"""A registry whose keys rotate, with people in it and a clock that moves when told."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from services.common.ids import new_id
from services.common.testing import KEY_ENCRYPTION_KEY
from services.common.timers import TimerLoop
from services.registry.use_cases import index_keys, keys
from tests.factories.registry import Person, Registry, id_number

FIELDS = ["name", "document", "phone", "chronic_disease"]
PEOPLE = 24


class Rotating:
    """A registry with people, and a clock that moves when told."""

    def __init__(self, registry: Registry) -> None:
        self.registry = registry
        self.now = datetime.now(UTC)

    def clock(self) -> datetime:
        return self.now

    async def fill(self) -> None:
        for n in range(PEOPLE):
            await self.registry.resident(
                Person(
                    number=id_number(n),
                    phone=f"1541234{n:04d}",
                    facts={"chronic_disease": "diabetes", "family_doctor": "李医生"},
                )
            )
        for n in range(6):
            assert (await self.correct(n, f"1391111{n:04d}")).status_code == 200

    async def look_up(self, n: int) -> dict[str, Any]:
        headers = self.registry.department("health")
        answer = await self.registry.look_up(id_number(n), FIELDS, headers)
        assert answer.status_code == 200, answer.text
        view: dict[str, Any] = answer.json()
        return view

    async def correct(self, n: int, phone: str) -> httpx.Response:
        view = await self.look_up(n)
        return await self.registry.client.patch(
            f"/v1/residents/{view['id']}",
            json={"phone": phone},
            headers={
                **self.registry.headers(),
                "If-Match": f'"{view["version"]}"',
                "Idempotency-Key": new_id().hex,
            },
        )

    async def begin(self, key: str = "") -> int:
        store = self.registry.store
        return await keys.rotate(store.database, key or store.key_encryption_key, self.clock)

    async def keys(self) -> dict[int, tuple[str, str]]:
        found = (await keys.state(self.registry.store.database))["keys"]
        return {key["id"]: (key["purpose"], key["ciphers"]) for key in found}

    async def begin_index(self) -> int:
        return await index_keys.rotate(self.registry.store.database, KEY_ENCRYPTION_KEY, self.clock)

    async def work(self, chunk: int = 7) -> int:
        store = self.registry.store
        handlers = {
            **keys.handlers(store, chunk=chunk, clock=self.clock),
            **index_keys.handlers(store, chunk=chunk, clock=self.clock),
        }
        return await TimerLoop(store.database, handlers, batch=1, clock=self.clock).fire_due()

    async def end(self) -> None:
        """Walk until no walk is due, past the time that processes get to learn the key."""
        await self.work()
        self.now += timedelta(minutes=5)
        while await self.work():
            pass

    async def all_rows(self) -> str:
        text = ""
        for table in ("residents", "resident_history", "assertions", "identifiers", "events"):
            rows = await self.registry.rows(f"select t::text as row from {table} t")
            text += "\n".join(row["row"] for row in rows)
        return text
