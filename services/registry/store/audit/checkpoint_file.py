"""The file of checkpoints: one signed line after the other, in the data folder, never rewritten."""

import fcntl
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

_PRIVATE_FILE: Final = 0o600
_PRIVATE_FOLDER: Final = 0o700
_BACKWARDS: Final = 1 << 16


class CheckpointFile:
    """A file of checkpoints.

    Args:
        path: Where; its folder is made when something is appended.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    @classmethod
    def of(cls, data_dir: Path) -> "CheckpointFile":
        """The one of an installation."""
        return cls(data_dir / "audit" / "checkpoints.ndjson")

    def append(self, make: Callable[[bytes | None], bytes | None]) -> bytes | None:
        """Append a line and wait until it is on the disk; one process at a time.

        Args:
            make: Gives the line that follows the last one, which is None in an empty file; or
                None, where there is nothing to say.
        """
        self.path.parent.mkdir(mode=_PRIVATE_FOLDER, parents=True, exist_ok=True)
        handle = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND, _PRIVATE_FILE)
        with os.fdopen(handle, "r+b", buffering=0) as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            line = make(_last(file.fileno()))
            if line is not None:
                # A writer that was killed left a part of a line, which nobody was told of.
                os.ftruncate(file.fileno(), _whole(file.fileno()))
                os.write(file.fileno(), line + b"\n")
                os.fsync(file.fileno())
        return line

    def last(self) -> bytes | None:
        """The last line; None where there is none."""
        if not self.path.exists():
            return None
        with self.path.open("rb") as file:
            return _last(file.fileno())

    def lines(self) -> Iterator[bytes]:
        """Every line that is there now, oldest first; what is appended meanwhile is left out."""
        size = self.path.stat().st_size if self.path.exists() else 0
        return self._until(size)

    def _until(self, size: int) -> Iterator[bytes]:
        if size:
            with self.path.open("rb") as file:
                while file.tell() < size:
                    yield file.readline()

    def after(self, number: int, limit: int, number_of: Callable[[bytes], int]) -> list[bytes]:
        """The lines behind the one with a number; found by halving, as numbers grow.

        Args:
            number: Of the last line not wanted.
            limit: Lines at most.
            number_of: Reads a line's number.
        """
        if not self.path.exists():
            return []
        with self.path.open("rb") as file:
            low, high = 0, os.fstat(file.fileno()).st_size
            while low < high:
                middle = (low + high) // 2
                file.seek(middle)
                if middle:
                    file.readline()
                line = file.readline()
                if line.endswith(b"\n") and number_of(line) <= number:
                    low = middle + 1
                else:
                    high = middle
            file.seek(low)
            if low:
                file.readline()
            return [line for _, line in zip(range(limit), file, strict=False)]


def _last(handle: int) -> bytes | None:
    """The last whole line."""
    end = _whole(handle)
    begin = _line_end(handle, end - 1) if end else 0
    return os.pread(handle, end - begin, begin).strip() or None


def _whole(handle: int) -> int:
    """Where the last whole line ends."""
    return _line_end(handle, os.fstat(handle).st_size)


def _line_end(handle: int, before: int) -> int:
    """The place behind the last end of a line before a place; 0 where there is none."""
    while before > 0:
        begin = max(0, before - _BACKWARDS)
        found = os.pread(handle, before - begin, begin).rfind(b"\n")
        if found >= 0:
            return begin + found + 1
        before = begin
    return 0
