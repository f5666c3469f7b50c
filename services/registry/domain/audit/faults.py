"""What can be wrong with a proof, in words an auditor reads."""

from dataclasses import dataclass
from typing import Final

CHANGED: Final = "changed"
REMOVED: Final = "removed"
INSERTED: Final = "inserted"
REORDERED: Final = "reordered"
BLOCK: Final = "block"
CHAIN: Final = "chain"
CUT: Final = "cut"
DROPPED: Final = "dropped"
CHECKPOINT: Final = "checkpoint"
LINE: Final = "line"

WORDS: Final = {
    CHANGED: ("记录被改动", "a record was changed"),
    REMOVED: ("记录被删除", "a record was removed"),
    INSERTED: ("记录被插入或改动", "a record was inserted or changed"),
    REORDERED: ("记录次序被改动", "records are in another order"),
    BLOCK: ("区块被改动", "a block was changed"),
    CHAIN: ("区块链条断开", "the chain of blocks is broken"),
    CUT: ("末尾被截断", "the end was cut off"),
    DROPPED: ("到期删除与留存记录不符", "what was dropped is not what retention says"),
    CHECKPOINT: ("检查点无效", "a checkpoint is not valid"),
    LINE: ("无法读取的行", "a line cannot be read"),
}


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong.

    Attributes:
        kind: A key of `WORDS`.
        detail: What was found.
        organisation: Whose chain; None of what concerns no single chain.
        block: Number of the block in it.
        record: Id of the record, or `#3` for the third of its block where only the digest is left.
    """

    kind: str
    detail: str = ""
    organisation: str | None = None
    block: int | None = None
    record: str | None = None

    @property
    def text(self) -> str:
        """One line, in Chinese and English."""
        chinese, english = WORDS[self.kind]
        where = [
            f"{name} {value}"
            for name, value in (
                ("机构 organisation", self.organisation),
                ("区块 block", self.block),
                ("记录 record", self.record),
            )
            if value is not None
        ]
        return " · ".join([f"{chinese} {english}", *where, *([self.detail] if self.detail else [])])


@dataclass(slots=True)
class Report:
    """What was looked at and what is wrong.

    Attributes:
        faults: The first of them.
        found: How many there are.
        records: In blocks, and right.
        blocks: Looked at.
        organisations: With a chain.
        checkpoints: Looked at.
        dropped: Records that retention dropped, as its blocks say.
        waiting: Records that no block holds yet.
        before: Records from before the chains began; nothing proves them.
        last_checkpoint: When the last checkpoint was signed.
    """

    faults: list[Fault]
    found: int = 0
    records: int = 0
    blocks: int = 0
    organisations: int = 0
    checkpoints: int = 0
    dropped: int = 0
    waiting: int = 0
    before: int = 0
    last_checkpoint: str | None = None

    _MOST = 200

    def add(self, fault: Fault) -> None:
        """Note a fault."""
        self.found += 1
        if len(self.faults) < self._MOST:
            self.faults.append(fault)

    @property
    def lines(self) -> list[str]:
        """The summary, faults first."""
        said = [fault.text for fault in self.faults]
        if self.found > len(self.faults):
            said.append(f"… 共 {self.found} 处 in all")
        chains = f"区块 blocks {self.blocks} · 机构 organisations {self.organisations}"
        others = f"待入链 not sealed yet {self.waiting} · 启用前 before the chains {self.before}"
        return [
            *said,
            f"记录 records {self.records} · {chains} · 检查点 checkpoints {self.checkpoints}",
            f"到期删除 dropped by retention {self.dropped} · {others}",
            f"最后检查点 last checkpoint {self.last_checkpoint or '无 none'}",
            self._verdict,
        ]

    @property
    def _verdict(self) -> str:
        if self.found:
            return f"发现问题 FAULTS FOUND: {self.found}"
        if not self.checkpoints:
            return "没有检查点，无法判断末尾是否被截断 no checkpoint: a cut end cannot be told"
        return "全部一致 all agree"
