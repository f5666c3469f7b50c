"""Files that departments sent, in the data folder, readable for this service alone."""

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, BinaryIO, Final
from uuid import UUID

from services.registry.domain.imports.errors import FileTooLarge

_CHUNK: Final = 1 << 20
_PRIVATE_FILE: Final = 0o600
_PRIVATE_FOLDER: Final = 0o700


@dataclass(frozen=True, slots=True)
class Kept:
    """A file that was kept.

    Attributes:
        path: Where.
        size_bytes: Of the file.
        sha256: Of the file.
    """

    path: Path
    size_bytes: int
    sha256: bytes


class Uploads:
    """The folder of uploads.

    Args:
        folder: Made when it is missing, mode 0700; its files have mode 0600.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep(self, import_id: UUID, source: BinaryIO, limit: int) -> Kept:
        """Copy a file here.

        Raises:
            FileTooLarge: It has more than `limit` bytes; nothing is kept.
        """
        self._folder.mkdir(mode=_PRIVATE_FOLDER, parents=True, exist_ok=True)
        path = self.path(import_id)
        digest, size = hashlib.sha256(), 0
        with private_file(path) as target:
            while size <= limit and (chunk := source.read(_CHUNK)):
                size += len(chunk)
                digest.update(chunk)
                target.write(chunk)
        if size > limit:
            path.unlink(missing_ok=True)
            raise FileTooLarge(limit="file_bytes", maximum=limit)
        return Kept(path, size, digest.digest())

    def path(self, import_id: UUID) -> Path:
        """Where the file of an import is."""
        return self._folder / import_id.hex

    def errors_path(self, import_id: UUID) -> Path:
        """Where its error file is."""
        return self._folder / f"{import_id.hex}.errors"

    @contextmanager
    def new_errors(self, import_id: UUID) -> Iterator[IO[bytes]]:
        """A file to write the error file to; it takes its place whole, or not at all."""
        path = self.errors_path(import_id)
        part = path.with_suffix(".part")
        try:
            with private_file(part) as target:
                yield target
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)

    def remove(self, import_id: UUID) -> None:
        """Delete the files of an import, where they are still there."""
        self.path(import_id).unlink(missing_ok=True)
        self.errors_path(import_id).unlink(missing_ok=True)


def private_file(path: Path) -> IO[bytes]:
    """A new file nobody else may read, not even for a moment."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
    return os.fdopen(os.open(path, flags, _PRIVATE_FILE), "wb")
