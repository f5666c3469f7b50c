"""Naming what blocks and the records seen of them do not have in common."""

from collections import Counter
from collections.abc import Iterator, Sequence

from services.registry.domain.audit import faults
from services.registry.domain.audit.chains import DIGEST_BYTES, Block
from services.registry.domain.audit.faults import Fault


def compare(blocks: Sequence[Block], seen: Sequence[tuple[bytes, str]]) -> tuple[int, list[Fault]]:
    """How many records are right, and what is wrong with the others.

    Args:
        blocks: Of one organisation and month in one round.
        seen: Digest and id of each record there, in order.
    """
    expected = [(block, n, digest) for block in blocks for n, digest in _digests(block)]
    had = Counter(digest for digest, _ in seen)
    lost = [(block, n) for block, n, digest in expected if not _taken(had, digest)]
    had = Counter(digest for _, _, digest in expected)
    strange = [name for digest, name in seen if not _taken(had, digest)]
    right = len(expected) - len(lost)
    organisation, first = blocks[0].organisation, blocks[0].number
    if not lost and not strange:
        return right, [Fault(faults.REORDERED, "", organisation, first)]
    if len(lost) == len(strange):
        pairs = zip(lost, strange, strict=True)
        return right, [
            Fault(faults.CHANGED, f"#{n}", organisation, block.number, name)
            for (block, n), name in pairs
        ]
    removed = [Fault(faults.REMOVED, "", organisation, b.number, f"#{n}") for b, n in lost]
    inserted = [Fault(faults.INSERTED, "", organisation, first, name) for name in strange]
    return right, [*removed, *inserted]


def _digests(block: Block) -> Iterator[tuple[int, bytes]]:
    whole = block.digests
    for n, at in enumerate(range(0, len(whole), DIGEST_BYTES), 1):
        yield n, whole[at : at + DIGEST_BYTES]


def _taken(counted: "Counter[bytes]", digest: bytes) -> bool:
    """Whether one is left of a digest; it is taken away."""
    if counted[digest] > 0:
        counted[digest] -= 1
        return True
    return False
