"""Holding an export of access records against its chains and the checkpoints kept outside.

An export is lines of JSON, each with one member: `export` first, then round after round its
`block`s and after them its `record`s in order of place, records not sealed yet, and `end`. Only
one round is in memory at a time.
"""

import json
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from services.registry.domain.audit import chains, faults
from services.registry.domain.audit.chains import DIGEST_BYTES, NOWHERE, Block, Place
from services.registry.domain.audit.checkpoints import Checkpoint, sequence
from services.registry.domain.audit.differences import compare
from services.registry.domain.audit.faults import Fault, Report

VERSION: Final = 1
"""Of the export's lines."""
KEPT_MONTHS: Final = 36
"""An access record stays at least so long (网络数据安全管理条例 第十二条)."""

_CHINA: Final = timedelta(hours=8)
_MONTHS: Final = 12


@dataclass(slots=True)
class _Open:
    """The blocks of one organisation and month in the round, and the records seen of them."""

    blocks: list[Block]
    seen: list[tuple[bytes, str]] = field(default_factory=list)


class Verifier:
    """Takes an export line by line.

    Args:
        checkpoints: Lines kept outside, in order; None believes those in the export, which whoever
            wrote it may have cut.
        keys: Public keys that may have signed them.
        only: The organisation whose chain the export has; None when it has all.
    """

    def __init__(
        self, checkpoints: Iterable[bytes] | None, keys: Iterable[str], only: str | None = None
    ) -> None:
        self.report = Report([])
        self._only = only
        self._inside: deque[bytes] | None = deque() if checkpoints is None else None
        lines = self._drained() if checkpoints is None else checkpoints
        self._checkpoints = sequence(lines, frozenset(keys))
        self._due: Checkpoint | None = None
        self._heads: dict[str, Block] = {}
        self._round, self._began, self._ended = 0, NOWHERE, NOWHERE
        self._last, self._last_block = NOWHERE, ("", 0)
        self._open: dict[tuple[str, str], _Open] = {}
        self._kept: Counter[tuple[str, str]] = Counter()
        self._gone: dict[tuple[str, str], list[tuple[int, int]]] = {}
        self._waiting: list[tuple[Place, str]] = []
        self._seen = 0
        self._complete = False

    def take(self, line: bytes) -> None:
        """Look at the next line of an export."""
        try:
            ((kind, value),) = json.loads(line).items()
            takers = {
                "record": self._take_record,
                "block": self._take_block,
                "export": self._take_export,
                "checkpoint": self._take_checkpoint,
                "end": self._take_end,
            }
            takers["late" if self._complete else kind](value)
        except (ValueError, KeyError, TypeError, AttributeError) as exc:
            self._fault(faults.LINE, f"{type(exc).__name__}: {exc}")

    def finish(self) -> Report:
        """What was found, once every line was taken."""
        self._close_round()
        if not self._complete:
            self._fault(faults.CUT, "the export has no end")
        while (due := self._next_checkpoint()) is not None:
            self._hold(due)
        for (organisation, month), blocks in self._gone.items():
            for number, rows in blocks:
                detail = f"all {rows} records, month {month}"
                self._fault(faults.REMOVED, detail, organisation, number)
        self.report.waiting = len(self._waiting)
        self.report.organisations = len(self._heads)
        return self.report

    def _take_export(self, value: Mapping[str, Any]) -> None:
        if value != {"version": VERSION, "organisation": self._only}:
            raise ValueError("another version, or another organisation was exported")

    def _take_checkpoint(self, value: Mapping[str, Any]) -> None:
        if self._inside is not None:
            self._inside.append(chains.canonical(value))

    def _drained(self) -> Iterator[bytes]:
        while self._inside:
            yield self._inside.popleft()

    def _take_end(self, value: Mapping[str, Any]) -> None:
        self._close_round()
        self._complete = True
        self.report.before = value["before"]
        seen = (self.report.blocks, self._seen)
        if seen != (value["blocks"], value["records"]):
            said = f"{value['blocks']} blocks, {value['records']} records"
            self._fault(faults.CUT, f"{said} were exported; here are {seen[0]} and {seen[1]}")

    def _take_block(self, value: Mapping[str, Any]) -> None:
        block = Block.of_json(value)
        self.report.blocks += 1
        if block.round != self._round:
            self._begin_round(block)
        elif self._last > self._began or (block.began, block.ended) != (self._began, self._ended):
            self._fault(faults.CHAIN, "a block out of its round", block.organisation, block.number)
        elif (block.organisation, block.number) <= self._last_block:
            self._fault(faults.REORDERED, "", block.organisation, block.number)
        self._last_block = (block.organisation, block.number)
        self._link(block)
        if block.kind == chains.RETENTION:
            self._drop(block)
        elif block.kind == chains.ACCESSES:
            key = (block.organisation, block.month)
            self._open.setdefault(key, _Open([])).blocks.append(block)
        else:
            raise ValueError("no such kind of block")

    def _begin_round(self, block: Block) -> None:
        self._close_round()
        follows = (block.round, block.began) == (self._round + 1, self._ended)
        if not (follows or (self._only is not None and block.round > self._round)):
            detail = f"round {block.round} follows round {self._round}"
            self._fault(faults.CHAIN, detail, block.organisation, block.number)
        for at, organisation in self._waiting:
            self._stranger(organisation, at.id)
        self._waiting.clear()
        while (due := self._next_checkpoint()) is not None and due.round < block.round:
            self._hold(due)
        self._round, self._began, self._ended = block.round, block.began, block.ended
        self._last = max(self._last, block.began)

    def _link(self, block: Block) -> None:
        """Check a block by itself and against the one before it."""
        head = self._heads.get(block.organisation)
        if block.computed != block.hash or len(block.digests) != DIGEST_BYTES * block.rows:
            self._fault(faults.BLOCK, "its hash is another", block.organisation, block.number)
        previous = head.hash if head else chains.beginning(block.algorithm, block.organisation)
        number, total = (head.number, head.total) if head else (0, 0)
        sealed_at = head.sealed_at if head else ""
        wrong = (
            (block.previous != previous, "it does not continue the block before"),
            (block.number != number + 1, f"it follows block {number}"),
            (block.total != total + block.rows, "its total is another"),
            (block.sealed_at < sealed_at, "it is older than the block before"),
        )
        for is_wrong, detail in wrong:
            if is_wrong:
                self._fault(faults.CHAIN, detail, block.organisation, block.number)
        self._heads[block.organisation] = block

    def _drop(self, block: Block) -> None:
        """A month was dropped: then it was over its time, and none of it is here."""
        key = (block.organisation, block.month)
        blocks = self._gone.pop(key, [])
        self.report.dropped += sum(rows for _, rows in blocks)
        wrong = (
            (block.rows != 0, "it holds records"),
            (self._kept[key] > 0, f"records of month {block.month} are still here"),
            (_months_between(block.month, block.sealed_at) <= KEPT_MONTHS, "dropped too early"),
        )
        for is_wrong, detail in wrong:
            if is_wrong:
                self._fault(faults.DROPPED, detail, block.organisation, block.number)

    def _take_record(self, value: Mapping[str, Any]) -> None:
        self._seen += 1
        if value["xact"] is None:
            self._stranger(value["organisation"], value["id"])
            return
        at = Place(value["xact"], value["id"])
        if at <= self._last:
            detail = "not in order of place"
            self._fault(faults.REORDERED, detail, value["organisation"], None, value["id"])
        self._last = max(at, self._last)
        if at > self._ended:
            self._waiting.append((at, value["organisation"]))
            return
        opened = self._open.get((value["organisation"], _month(value["read_at"])))
        if opened is None:
            self._stranger(value["organisation"], value["id"])
            return
        algorithm = opened.blocks[0].algorithm
        opened.seen.append((chains.digest(algorithm, chains.canonical(value)), value["id"]))

    def _stranger(self, organisation: str, record: str) -> None:
        self._fault(faults.INSERTED, "no block holds it", organisation, None, record)

    def _close_round(self) -> None:
        """Hold what was seen in a round against its blocks."""
        for key, opened in self._open.items():
            expected = b"".join(block.digests for block in opened.blocks)
            if not opened.seen:
                gone = [(block.number, block.rows) for block in opened.blocks]
                self._gone.setdefault(key, []).extend(gone)
            elif b"".join(digest for digest, _ in opened.seen) == expected:
                self.report.records += len(opened.seen)
                self._kept[key] += len(opened.seen)
            else:
                self._kept[key] += len(opened.seen)
                right, wrong = compare(opened.blocks, opened.seen)
                self.report.records += right
                for fault in wrong:
                    self.report.add(fault)
        self._open.clear()

    def _hold(self, checkpoint: Checkpoint) -> None:
        """Hold the chains as they stand after a checkpoint's round against it."""
        told = [h for h in checkpoint.chains if self._only in {None, h.organisation}]
        for mark in told:
            head = self._heads.get(mark.organisation)
            detail = f"checkpoint {checkpoint.number} of {checkpoint.at} has block {mark.number}"
            if head is None or head.number < mark.number:
                self._fault(faults.CUT, detail, mark.organisation, head.number if head else 0)
            elif (head.number, head.hash.hex(), head.total) != (mark.number, mark.hash, mark.rows):
                self._fault(faults.CHAIN, detail, mark.organisation, head.number)
        for at, organisation in self._waiting:
            if at <= checkpoint.ended:
                self._stranger(organisation, at.id)
        if self._only is None and self._round < checkpoint.round:
            detail = f"checkpoint {checkpoint.number} has round {checkpoint.round}"
            self._fault(faults.CUT, f"{detail}; here is round {self._round}")
        self._due = None

    def _next_checkpoint(self) -> Checkpoint | None:
        """The checkpoint that was not held yet; what is wrong with others before it is noted."""
        while self._due is None:
            one = next(self._checkpoints, None)
            if one is None:
                return None
            self.report.checkpoints += 1
            if isinstance(one, str):
                self._fault(faults.CHECKPOINT, one)
            else:
                self._due, self.report.last_checkpoint = one, one.at
        return self._due

    def _fault(
        self,
        kind: str,
        detail: str,
        organisation: str | None = None,
        block: int | None = None,
        record: str | None = None,
    ) -> None:
        self.report.add(Fault(kind, detail, organisation, block, record))


def _month(instant: str) -> str:
    """The month in China of an instant."""
    return f"{datetime.fromisoformat(instant) + _CHINA:%Y%m}"


def _months_between(month: str, instant: str) -> int:
    """Months from a month to the one of an instant."""
    now = datetime.fromisoformat(instant) + _CHINA
    return (now.year - int(month[:4])) * _MONTHS + now.month - int(month[4:])
