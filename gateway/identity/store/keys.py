"""Signing keys, and what is thrown away when its time is over."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from services.common.database import Connection

LOCK = "select pg_advisory_xact_lock(hashtext('signing_keys'))"
ALL = "select kid, public_jwk::text as public_jwk, sealed, active_from from signing_keys"
ADD = """
insert into signing_keys (kid, public_jwk, sealed, created_at, active_from)
values ($1, $2, $3, $4, $5)
"""
DROP = "delete from signing_keys where kid = any ($1)"
SWEEP = (
    "delete from assertion_ids where expires_at < $1",
    # A day longer than it lives, so that a late second showing still ends the session.
    "delete from authorization_codes where expires_at < $1::timestamptz - interval '1 day'",
    "delete from token_families where expires_at < $1::timestamptz - interval '1 day'",
    "delete from sign_in_guards where last_attempt_at < $1::timestamptz - interval '1 day'",
    "delete from idempotency_keys where claimed_at < $1::timestamptz - interval '1 day'",
)
SWEEP_LOG = (
    "delete from sign_ins where occurred_at < $1",
    "delete from delegations where ends_at < $1",
)
PAST_LOAD = "select finished_at is not null from demo_loads where scale = $1 and seed = $2"
NOTE_LOAD = """
insert into demo_loads (scale, seed, started_at, finished_at) values ($1, $2, $3, $3)
on conflict (scale, seed) do update set finished_at = excluded.finished_at
"""


@dataclass(frozen=True, slots=True)
class SigningKeyRow:
    """A signing key as it is stored.

    Attributes:
        kid: Key id, its RFC 7638 thumbprint.
        public_jwk: What everybody may read.
        sealed: The private JWK, sealed.
        active_from: From then on it signs, until a newer one does.
    """

    kid: str
    public_jwk: Mapping[str, Any]
    sealed: bytes
    active_from: datetime


class Keys:
    """Queries over signing keys and the house-keeping."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def lock(self) -> None:
        """Let only one process at a time decide about a new key."""
        await self._connection.execute(LOCK)

    async def all(self) -> list[SigningKeyRow]:
        """Every key there is."""
        return [
            SigningKeyRow(
                row["kid"], orjson.loads(row["public_jwk"]), row["sealed"], row["active_from"]
            )
            for row in await self._connection.fetch(ALL)
        ]

    async def add(self, key: SigningKeyRow, now: datetime) -> None:
        """Keep a new key."""
        public = orjson.dumps(key.public_jwk).decode()
        await self._connection.execute(ADD, key.kid, public, key.sealed, now, key.active_from)

    async def drop(self, kids: Sequence[str]) -> None:
        """Destroy keys whose tokens are all over."""
        await self._connection.execute(DROP, list(kids))

    async def sweep(self, now: datetime, log_before: datetime) -> None:
        """Delete what has ended, and log entries older than they are kept."""
        for statement in SWEEP:
            await self._connection.execute(statement, now)
        for statement in SWEEP_LOG:
            await self._connection.execute(statement, log_before)

    async def was_loaded(self, scale: str, seed: int) -> bool:
        """Whether this demo was loaded before."""
        return bool(await self._connection.fetchval(PAST_LOAD, scale, seed))

    async def note_load(self, scale: str, seed: int, now: datetime) -> None:
        """Note that this demo is loaded."""
        await self._connection.execute(NOTE_LOAD, scale, seed, now)
