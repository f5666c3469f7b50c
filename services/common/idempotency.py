"""A retry is harmless: the first answer to an `Idempotency-Key` is kept with its effect.

The claim is a row inserted in the use case's own transaction, so effect and memory stand or fall
together, and a second request with the same key waits on the row's unique index until the first is
decided. IETF draft-ietf-httpapi-idempotency-key-header.
"""

import hashlib
from dataclasses import dataclass
from typing import Annotated

import orjson
from fastapi import Depends, Header, Request
from starlette.responses import Response

from services.common.database import Connection
from services.common.errors import DomainError, Kind

_MAX_KEY_LENGTH = 128

CLAIM = """
insert into idempotency_keys (principal, key, fingerprint, claimed_at)
values ($1, $2, $3, now()) on conflict do nothing returning 1
"""
STORED = """
select fingerprint, status, headers, body from idempotency_keys where principal = $1 and key = $2
"""
REMEMBER = """
update idempotency_keys set status = $3, headers = $4, body = $5 where principal = $1 and key = $2
"""


class IdempotencyKeyRequired(DomainError):
    """Send an Idempotency-Key header (1–128 characters), so that a retry is harmless."""

    kind = Kind.MALFORMED
    title = "An Idempotency-Key is required"
    title_zh = "缺少 Idempotency-Key 请求头"
    title_ko = "Idempotency-Key 헤더가 필요합니다"


class IdempotencyKeyReused(DomainError):
    """This Idempotency-Key was used for another request; make a new key."""

    kind = Kind.INVALID
    title = "The Idempotency-Key belongs to another request"
    title_zh = "Idempotency-Key 已用于另一请求"
    title_ko = "Idempotency-Key가 다른 요청에 이미 쓰였습니다"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a use case decided to tell its caller; kept for retries exactly as sent.

    Attributes:
        body: JSON text.
        status: HTTP status.
        headers: Such as `ETag` and `Location`.
    """

    body: bytes
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()

    def response(self) -> Response:
        """The HTTP response."""
        return Response(self.body, self.status, dict(self.headers), "application/json")


class Replayed(Exception):
    """The request was carried out before; the edge sends the first answer again."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        super().__init__("replayed")


@dataclass(frozen=True, slots=True)
class Once:
    """One request's claim to be carried out once.

    Attributes:
        principal: `sub` of the caller; keys of different callers never meet.
        key: The header's value.
        fingerprint: SHA-256 over method, path, query and body.
    """

    principal: str
    key: str
    fingerprint: bytes

    async def claim(self, connection: Connection) -> None:
        """Take the key inside the open transaction.

        Raises:
            Replayed: It was taken by the same request; carries the first answer.
            IdempotencyKeyReused: It was taken by another request.
        """
        if await connection.fetchval(CLAIM, self.principal, self.key, self.fingerprint):
            return
        await self.recall(connection)
        raise IdempotencyKeyReused

    async def recall(self, connection: Connection) -> None:
        """Answer a retry before anything is done; nothing happens when the key is new.

        For a use case that asks a peer before its transaction: a retry must get the first answer
        even when the peer would say something else by now. `claim` still decides between two
        first requests at once.

        Raises:
            Replayed: It was taken by the same request; carries the first answer.
            IdempotencyKeyReused: It was taken by another request.
        """
        row = await connection.fetchrow(STORED, self.principal, self.key)
        if row is None:
            return
        if row["fingerprint"] != self.fingerprint:
            raise IdempotencyKeyReused
        headers = tuple((name, value) for name, value in orjson.loads(row["headers"]))
        raise Replayed(Answer(row["body"], row["status"], headers))

    async def remember(self, connection: Connection, answer: Answer) -> None:
        """Keep the answer in the same transaction as its effect."""
        headers = orjson.dumps(answer.headers).decode()
        await connection.execute(
            REMEMBER, self.principal, self.key, answer.status, headers, answer.body
        )


async def _once(
    request: Request,
    idempotency_key: Annotated[str | None, Header(max_length=_MAX_KEY_LENGTH)] = None,
) -> Once:
    if not idempotency_key:
        raise IdempotencyKeyRequired
    head = f"{request.method} {request.url.path}?{request.url.query}\n".encode()
    fingerprint = hashlib.sha256(head + await _content(request)).digest()
    return Once(request.state.principal.subject, idempotency_key, fingerprint)


async def _content(request: Request) -> bytes:
    """The body, or for an upload its parts: multipart boundaries differ on every retry."""
    if not request.headers.get("content-type", "").startswith("multipart/"):
        return await request.body()
    digest = hashlib.sha256()
    for name, value in sorted((await request.form()).multi_items(), key=lambda item: item[0]):
        digest.update(name.encode())
        if isinstance(value, str):
            digest.update(value.encode())
            continue
        while chunk := await value.read(1 << 20):
            digest.update(chunk)
        await value.seek(0)
    return digest.digest()


OnceHeader = Annotated[Once, Depends(_once)]
"""Put it in an endpoint's signature: required on every call that changes something."""
