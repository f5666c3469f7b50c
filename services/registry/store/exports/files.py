"""The files of exports, in the data folder, readable for this service alone."""

import hashlib
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final
from uuid import UUID

from services.registry.store.imports.uploads import private_file

_CHUNK: Final = 1 << 20
_PRIVATE_FOLDER: Final = 0o700


class ExportFiles:
    """The folder of exports.

    Args:
        folder: Made when it is missing, mode 0700; its files have mode 0600.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def path(self, export_id: UUID) -> Path:
        """Where the file of an export is."""
        return self._folder / export_id.hex

    @contextmanager
    def new(self, export_id: UUID) -> Iterator[tuple[IO[bytes], Path]]:
        """A file to write to, and a folder for what is written on the way.

        The file takes its place whole, or not at all; the folder goes in any case.
        """
        part, working = self._parts(export_id)
        self._folder.mkdir(mode=_PRIVATE_FOLDER, parents=True, exist_ok=True)
        shutil.rmtree(working, ignore_errors=True)
        working.mkdir(mode=_PRIVATE_FOLDER)
        try:
            with private_file(part) as target:
                yield target, working
            part.replace(self.path(export_id))
        finally:
            part.unlink(missing_ok=True)
            shutil.rmtree(working, ignore_errors=True)

    def measure(self, export_id: UUID) -> tuple[int, bytes]:
        """Size and SHA-256 of the file of an export; blocking."""
        path, digest = self.path(export_id), hashlib.sha256()
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                digest.update(chunk)
        return path.stat().st_size, digest.digest()

    def remove(self, export_id: UUID) -> None:
        """Delete what an export left, where it is still there."""
        part, working = self._parts(export_id)
        self.path(export_id).unlink(missing_ok=True)
        part.unlink(missing_ok=True)
        shutil.rmtree(working, ignore_errors=True)

    def _parts(self, export_id: UUID) -> tuple[Path, Path]:
        return self._folder / f"{export_id.hex}.part", self._folder / f"{export_id.hex}.working"
