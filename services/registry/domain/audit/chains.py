"""How access records are chained: canonical text, digests of records, hashes of blocks.

Every hash begins with a word of its own, so that a record can never pass for a block.
"""

import hashlib
import json
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, NamedTuple

SHA256: Final = "sha256"
SM3: Final = "sm3"
ALGORITHMS: Final = (SHA256, SM3)
DIGEST_BYTES: Final = 32

ACCESSES: Final = "accesses"
RETENTION: Final = "retention"

_RECORD: Final = b"onegrid access record 1\0"
_BLOCK: Final = b"onegrid access block 1\0"
_CHAIN: Final = b"onegrid access chain 1\0"


class Place(NamedTuple):
    """Where a record stands: the number of its transaction, and its id within that."""

    xact: int
    id: str


NOWHERE: Final = Place(0, "00000000-0000-0000-0000-000000000000")


def canonical(value: Any) -> bytes:
    """The one text of a JSON value, as RFC 8785 has it.

    Numbers must be integers below 2**53 and member names ASCII, which ours are: then Python's
    writer already writes as the standard asks, and sorting by code point is sorting by UTF-16.
    """
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return text.encode()


def hashed(algorithm: str, *parts: bytes) -> bytes:
    """The hash of parts one after the other.

    Raises:
        ValueError: There is no such algorithm, or this Python does not have it.
    """
    if algorithm not in ALGORITHMS:
        raise ValueError(f"no such algorithm: {algorithm}")
    made = hashlib.new(algorithm)
    for part in parts:
        made.update(part)
    return made.digest()


def digest(algorithm: str, record: bytes) -> bytes:
    """The digest of a record in its canonical text."""
    return hashed(algorithm, _RECORD, record)


def beginning(algorithm: str, organisation: str) -> bytes:
    """What the first block of an organisation's chain names as its predecessor."""
    return hashed(algorithm, _CHAIN, organisation.encode())


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A link of an organisation's chain.

    Attributes:
        organisation: Whose readings.
        number: From 1, without a gap.
        round: Of sealing; the blocks of all organisations made together.
        kind: `accesses`, or `retention`: a month that was dropped because its time was over.
        month: Of its records in China, `202611`.
        began: The place after which the round began.
        ended: The last place of the round.
        rows: Records in it.
        total: Records in the chain up to here; in a retention block the same.
        rule: By which a month was dropped; None of accesses.
        algorithm: Of every hash in it.
        sealed_at: When, `2026-11-24T09:00:00.000000Z`.
        digests: Of its records in order of place, one after the other.
        previous: Hash of the block before.
        hash: Its own.
    """

    organisation: str
    number: int
    round: int
    kind: str
    month: str
    began: Place
    ended: Place
    rows: int
    total: int
    rule: str | None
    algorithm: str
    sealed_at: str
    digests: bytes
    previous: bytes
    hash: bytes = b""

    @property
    def computed(self) -> bytes:
        """The hash it must have."""
        head = self.as_json()
        del head["digests"], head["hash"]
        return hashed(self.algorithm, _BLOCK, canonical(head), b"\0", self.digests)

    def closed(self) -> "Block":
        """The block with its hash."""
        return replace(self, hash=self.computed)

    def as_json(self) -> dict[str, Any]:
        """Every member, as an export has it."""
        return {
            "organisation": self.organisation,
            "number": self.number,
            "round": self.round,
            "kind": self.kind,
            "month": self.month,
            "began": list(self.began),
            "ended": list(self.ended),
            "rows": self.rows,
            "total": self.total,
            "rule": self.rule,
            "algorithm": self.algorithm,
            "sealed_at": self.sealed_at,
            "digests": b64encode(self.digests).decode(),
            "previous": self.previous.hex(),
            "hash": self.hash.hex(),
        }

    @classmethod
    def of_json(cls, value: Mapping[str, Any]) -> "Block":
        """What `as_json` told.

        Raises:
            ValueError: It is no block.
        """
        try:
            members: dict[str, Any] = {name: _text(value[name]) for name in _TEXTS}
            members |= {name: _number(value[name]) for name in _NUMBERS}
            block = cls(
                **members,
                began=place(value["began"]),
                ended=place(value["ended"]),
                rule=None if value["rule"] is None else _text(value["rule"]),
                digests=b64decode(value["digests"], validate=True),
                previous=bytes.fromhex(value["previous"]),
                hash=bytes.fromhex(value["hash"]),
            )
        except (KeyError, TypeError, AttributeError) as exc:
            raise ValueError(f"no block: {exc}") from exc
        if block.as_json() != value:
            raise ValueError("a block, but written in another way")
        return block


_TEXTS: Final = ("organisation", "kind", "month", "algorithm", "sealed_at")
_NUMBERS: Final = ("number", "round", "rows", "total")


def place(value: Any) -> Place:
    """A place from its two parts.

    Raises:
        ValueError: It is none.
    """
    if not isinstance(value, list) or len(value) != len(Place._fields):
        raise ValueError("no place")
    return Place(_number(value[0]), _text(value[1]))


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError("no text")  # noqa: TRY004 — a file is wrong, not the program
    return value


def _number(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise ValueError("no number")  # noqa: TRY004 — a file is wrong, not the program
    return value
