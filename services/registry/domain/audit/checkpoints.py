"""Signed statements, kept outside the database, of how far each chain reached at an instant."""

import hashlib
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)

from services.registry.domain.audit.chains import Place, canonical, place

_CHECKPOINT: Final = b"onegrid access checkpoint 1\0"
_KEY_BYTES: Final = 32

FIRST: Final = ""
"""What the first checkpoint names as its predecessor."""


class CheckpointNotValid(ValueError):
    """A line is no checkpoint, or none that was signed with a known key."""


class KeyMalformed(ValueError):
    """A key is 32 bytes, base64url."""


@dataclass(frozen=True, slots=True)
class Head:
    """How far a chain reached.

    Attributes:
        organisation: Whose.
        number: Of its last block.
        hash: Of its last block, hexadecimal.
        rows: Records in it so far.
    """

    organisation: str
    number: int
    hash: str
    rows: int


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A statement of where the chains stand.

    Attributes:
        number: From 1, without a gap.
        at: When, `2026-11-24T09:00:00.000000Z`.
        round: The last round of sealing.
        ended: The last place sealed: every record up to it is in a block.
        chains: The chains that grew since the checkpoint before.
        previous: Hash of the line before, hexadecimal; empty of the first.
    """

    number: int
    at: str
    round: int
    ended: Place
    chains: Sequence[Head]
    previous: str

    def signed(self, key: Ed25519PrivateKey) -> bytes:
        """The line of this checkpoint, without its end of line."""
        body: dict[str, Any] = {
            "number": self.number,
            "at": self.at,
            "round": self.round,
            "ended": list(self.ended),
            "chains": [
                {"organisation": h.organisation, "number": h.number, "hash": h.hash, "rows": h.rows}
                for h in self.chains
            ],
            "previous": self.previous,
            "key": written(key.public_key()),
        }
        signature = key.sign(_CHECKPOINT + canonical(body))
        return canonical({**body, "signature": signature.hex()})


def line_hash(line: bytes) -> str:
    """What the next checkpoint names as its predecessor."""
    return hashlib.sha256(_CHECKPOINT + line.strip()).hexdigest()


def number_of(line: bytes) -> int:
    """The number of one of our own lines."""
    return read(line).number


def read(line: bytes, keys: Iterable[str] | None = None) -> Checkpoint:
    """The checkpoint of a line.

    Args:
        line: As it was signed.
        keys: Public keys that may have signed it; None believes our own file without looking.

    Raises:
        CheckpointNotValid: It is malformed, or signed by none of these keys.
    """
    try:
        body = json.loads(line)
        if canonical(body) != line.strip() or body["signature"] != body["signature"].lower():
            raise CheckpointNotValid("written in another way than it was signed")
        signature = bytes.fromhex(body.pop("signature"))
        if keys is not None:
            _check(body, signature, keys)
        return Checkpoint(
            number=body["number"],
            at=body["at"],
            round=body["round"],
            ended=place(body["ended"]),
            chains=[Head(**head) for head in body["chains"]],
            previous=body["previous"],
        )
    except (ValueError, KeyError, TypeError, AttributeError) as exc:
        raise CheckpointNotValid(str(exc)) from exc


def sequence(lines: Iterable[bytes], keys: Iterable[str]) -> Iterator[Checkpoint | str]:
    """Each checkpoint of a file, or what is wrong with its line."""
    before: Checkpoint | None = None
    previous: str | None = None
    for place_in_file, line in enumerate(filter(None, map(bytes.strip, lines)), 1):
        try:
            checkpoint = read(line, keys)
        except CheckpointNotValid as exc:
            yield f"line {place_in_file}: {exc}"
        else:
            # A file may begin later, where an older part was put away.
            if previous is None:
                follows = checkpoint.number > 1 or checkpoint.previous == FIRST
            else:
                follows = checkpoint.previous == previous
            if before is not None and checkpoint.number != before.number + 1:
                follows = False
            if not follows:
                yield f"checkpoint {checkpoint.number} does not follow the line before it"
            before = checkpoint
            yield checkpoint
        previous = line_hash(line)


def _check(body: Mapping[str, Any], signature: bytes, keys: Iterable[str]) -> None:
    if body["key"] not in keys:
        raise CheckpointNotValid("signed with a key that was not given")
    try:
        public_key(body["key"]).verify(signature, _CHECKPOINT + canonical(body))
    except InvalidSignature as exc:
        raise CheckpointNotValid("its signature is wrong") from exc


def private_key(text: str) -> Ed25519PrivateKey:
    """The signing key of its 32 bytes.

    Raises:
        KeyMalformed: They are not 32 bytes.
    """
    return Ed25519PrivateKey.from_private_bytes(_bytes(text))


def public_key(text: str) -> Ed25519PublicKey:
    """The key that checks signatures, of its 32 bytes.

    Raises:
        KeyMalformed: They are not 32 bytes.
    """
    return Ed25519PublicKey.from_public_bytes(_bytes(text))


def written(key: Ed25519PublicKey) -> str:
    """A public key as people pass it on."""
    return urlsafe_b64encode(key.public_bytes_raw()).decode().rstrip("=")


def _bytes(text: str) -> bytes:
    try:
        raw = urlsafe_b64decode(text.strip() + "=" * (-len(text.strip()) % 4))
    except ValueError as exc:
        raise KeyMalformed("a key is 32 bytes, base64url") from exc
    if len(raw) != _KEY_BYTES:
        raise KeyMalformed("a key is 32 bytes, base64url")
    return raw
