"""Opens a workbook without trusting it.

A workbook is a ZIP of XML. A few kilobytes can unpack to gigabytes, name a cell in the last column
of the last row, or repeat one long shared string a million times, and a parser that builds the
sheet in memory would take the process with it. So what a parser sees is a copy this module wrote:
only XML, counted while it unpacked, its cells' places and strings measured. A file that lies in its
directory gains nothing, because the parser never meets that directory.
"""

import tempfile
import zipfile
import zlib
from pathlib import Path
from typing import Final
from xml.parsers import expat

from services.registry.domain.imports.errors import (
    FileEncrypted,
    FileKindNotSupported,
    FileNotReadable,
    FileTooLarge,
)
from services.registry.store.imports import office_area
from services.registry.store.imports.office_area import Area, Limits

_CHUNK: Final = 1 << 18
_RATIO_FROM_BYTES: Final = (
    16 << 20
)  # below this a high ratio is harmless, and small sheets have one
_ENCRYPTED: Final = 0x1
_WORKBOOK: Final = "xl/workbook.xml"


def safe_copy(path: Path, folder: Path, limits: Limits) -> Path:
    """A copy of a workbook that a parser may open; the caller deletes it.

    Args:
        path: The upload.
        folder: Where the copy goes, mode 0600.
        limits: What is refused.

    Raises:
        FileNotReadable: Damaged, or not what a workbook looks like.
        FileKindNotSupported: A ZIP of another kind (a text document, an archive).
        FileEncrypted: Members are encrypted.
        FileTooLarge: Over a limit.
    """
    with tempfile.NamedTemporaryFile(dir=folder, suffix=".xlsx", delete=False) as target:
        copied = Path(target.name)
    try:
        with zipfile.ZipFile(path) as source:
            members = _directory(source, limits)
            _copy(source, members, copied, limits)
    except (zipfile.BadZipFile, zlib.error, expat.ExpatError, EOFError, NotImplementedError) as exc:
        copied.unlink(missing_ok=True)
        raise FileNotReadable("文件已损坏,请重新导出后上传。") from exc
    except BaseException:
        copied.unlink(missing_ok=True)
        raise
    return copied


def _directory(source: zipfile.ZipFile, limits: Limits) -> list[zipfile.ZipInfo]:
    """The members a parser needs, after the directory was found harmless."""
    members = source.infolist()
    names = [member.filename for member in members]
    if len(members) > limits.members:
        raise FileTooLarge(limit="members", maximum=limits.members)
    if any(member.flag_bits & _ENCRYPTED for member in members):
        raise FileEncrypted
    if _WORKBOOK not in names:
        raise FileKindNotSupported("这是压缩包或其他文档,不是工作簿。", found="zip")
    if len(set(names)) != len(names):
        raise FileNotReadable("文件已损坏,请重新导出后上传。")
    unpacked = sum(member.file_size for member in members)
    packed = sum(member.compress_size for member in members)
    if unpacked > limits.unpacked_bytes:
        raise FileTooLarge(limit="unpacked_bytes", maximum=limits.unpacked_bytes)
    if unpacked > _RATIO_FROM_BYTES and unpacked > packed * limits.ratio:
        raise FileTooLarge(limit="ratio", maximum=limits.ratio)
    return [member for member in members if member.filename.lower().endswith((".xml", ".rels"))]


def _copy(
    source: zipfile.ZipFile, members: list[zipfile.ZipInfo], target: Path, limits: Limits
) -> None:
    left = limits.unpacked_bytes
    area = Area(limits)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as out:
        for member in members:
            parser = office_area.parser(area)
            with source.open(member) as packed, out.open(member.filename, "w") as plain:
                while chunk := packed.read(_CHUNK):
                    left -= len(chunk)
                    if left < 0:
                        raise FileTooLarge(limit="unpacked_bytes", maximum=limits.unpacked_bytes)
                    parser.Parse(chunk, False)  # noqa: FBT003 — expat takes it by position
                    plain.write(chunk)
                parser.Parse(b"", True)  # noqa: FBT003 — same
    if area.repeats_much:
        office_area.check_repeats(target, limits)
