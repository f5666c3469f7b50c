"""Exports of access records as the registry writes them, made without a database."""

import json
from base64 import b64decode, b64encode
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from services.registry.domain.audit import chains, checkpoints
from services.registry.domain.audit.chains import NOWHERE, Block, Place
from services.registry.domain.audit.checkpoints import FIRST, Checkpoint, Head
from services.registry.domain.audit.faults import Report
from services.registry.domain.audit.verifying import Verifier

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = checkpoints.written(KEY.public_key())
BEGIN = datetime(2026, 11, 30, 15, 0, tzinfo=UTC)
"""An hour before December begins in China."""


def record(number: int, organisation: str, **changes: Any) -> dict[str, Any]:
    at = BEGIN + timedelta(minutes=number)
    return {
        "id": str(UUID(int=number)),
        "resident_id": str(UUID(int=7)),
        "read_at": f"{at:%Y-%m-%dT%H:%M:%S.%fZ}",
        "reader": "u1",
        "reader_name": '金 "小" 网',
        "role": "grid_worker",
        "organisation": organisation,
        "purpose": "public_service",
        "operation": "registry.residents.get",
        "fields": ["name", "phone"],
        "request_id": None if number % 3 else f"r{number}",
        "xact": 1000 + number // 2,
        **changes,
    }


@dataclass
class Export:
    """Lines of an export and of its file of checkpoints."""

    algorithm: str = chains.SHA256
    lines: list[dict[str, Any]] = field(default_factory=list)
    checkpoints: list[bytes] = field(default_factory=list)
    heads: dict[str, Block] = field(default_factory=dict)
    round: int = 0
    ended: Place = NOWHERE
    said: int = 0

    def seal(self, records: Sequence[dict[str, Any]]) -> None:
        """A round over these records, in order of place."""
        groups: dict[tuple[str, str], list[bytes]] = {}
        for one in records:
            at = datetime.fromisoformat(one["read_at"]) + timedelta(hours=8)
            made = chains.digest(self.algorithm, chains.canonical(one))
            groups.setdefault((one["organisation"], f"{at:%Y%m}"), []).append(made)
        ended = Place(records[-1]["xact"], records[-1]["id"])
        self.append(ended, [(*key, b"".join(groups[key])) for key in sorted(groups)])
        self.lines += [{"record": one} for one in records]

    def append(
        self, ended: Place, contents: Sequence[tuple[str, str, bytes]], **changes: Any
    ) -> None:
        self.round += 1
        for organisation, month, digests in contents:
            head = self.heads.get(organisation)
            rows = len(digests) // 32
            values: dict[str, Any] = {
                "kind": chains.ACCESSES,
                "rule": None,
                "sealed_at": f"2026-12-01T00:00:{self.round:02d}.000000Z",
                **changes,
            }
            block = Block(
                organisation=organisation,
                number=head.number + 1 if head else 1,
                round=self.round,
                month=month,
                began=self.ended,
                ended=ended,
                rows=rows,
                total=(head.total if head else 0) + rows,
                algorithm=self.algorithm,
                digests=digests,
                previous=head.hash if head else chains.beginning(self.algorithm, organisation),
                **values,
            ).closed()
            self.heads[organisation] = block
            self.lines.append({"block": block.as_json()})
        self.ended = ended

    def check(self) -> None:
        """Sign a checkpoint."""
        grown = [
            Head(b.organisation, b.number, b.hash.hex(), b.total)
            for b in self.heads.values()
            if b.round > self.said
        ]
        before = self.checkpoints
        previous = checkpoints.line_hash(before[-1]) if before else FIRST
        at = f"2026-12-01T00:01:{self.round:02d}.000000Z"
        made = Checkpoint(len(before) + 1, at, self.round, self.ended, grown, previous)
        self.checkpoints.append(made.signed(KEY))
        self.said = self.round


def whole(algorithm: str = chains.SHA256, rounds: int = 4, size: int = 6) -> Export:
    """Some rounds of two organisations over the end of a month, checked after every second."""
    export = Export(algorithm)
    for number in range(rounds):
        first = 1 + number * size
        export.seal(
            [
                record(n * 9, ("222406.health", "222406001")[n % 3 > 0])
                for n in range(first, first + size)
            ]
        )
        if number % 2 or number == rounds - 1:
            export.check()
    return export


def file_of(lines: Sequence[dict[str, Any]], organisation: str | None = None) -> list[bytes]:
    """The lines of the file, as whoever changed them would write it."""
    end = {
        "blocks": sum("block" in line for line in lines),
        "records": sum("record" in line for line in lines),
        "before": 0,
    }
    header = {"export": {"version": 1, "organisation": organisation}}
    return [
        json.dumps(line, ensure_ascii=False).encode() for line in (header, *lines, {"end": end})
    ]


def verified(
    lines: Sequence[dict[str, Any]], kept: Sequence[bytes] | None, only: str | None = None
) -> Report:
    verifier = Verifier(kept, [PUBLIC], only)
    for line in file_of(lines, only):
        verifier.take(line)
    return verifier.finish()


def flipped(text: str) -> str:
    """Base64 with one bit turned."""
    raw = bytearray(b64decode(text))
    raw[len(raw) // 2] ^= 1
    return b64encode(bytes(raw)).decode()
