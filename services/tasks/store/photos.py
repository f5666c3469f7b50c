"""Photos on disk, by their content: decoded, turned upright, made small and written anew.

What was uploaded is never kept or served. Only pixels survive the way through Pillow: position,
camera, thumbnails, and whatever else rode along in the file (a script, an archive) stay behind.
"""

import asyncio
import hashlib
import os
import struct
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Final

from PIL import Image, ImageOps, UnidentifiedImageError

from services.common.errors import DomainError, Kind
from services.common.ids import new_id

MAX_UPLOAD_BYTES: Final = 8 << 20
MAX_PIXELS: Final = 40_000_000
MAX_SIDE_PX: Final = 2048

_FORMATS: Final = ("JPEG", "PNG", "WEBP")
_UNREADABLE: Final = (
    UnidentifiedImageError,
    OSError,
    ValueError,
    SyntaxError,
    EOFError,
    IndexError,
    TypeError,
    struct.error,
)
"""What Pillow raises on files that are broken or made to break it."""

_FRESH_S: Final = 3600
_QUALITY: Final = 85
_MEDIA_TYPE: Final = "image/jpeg"


class PhotoNotReadable(DomainError):
    """This is no complete JPEG, PNG or WebP picture."""

    kind = Kind.UNSUPPORTED
    title = "The photo cannot be read"
    title_zh = "照片无法识别，请使用 JPEG、PNG 或 WebP"
    title_ko = "사진을 읽을 수 없습니다. JPEG, PNG 또는 WebP를 사용하십시오"


class PhotoTooLarge(DomainError):
    """A photo has at most 8 MiB and 40 million pixels."""

    kind = Kind.TOO_LARGE
    title = "The photo is too large"
    title_zh = "照片过大"
    title_ko = "사진이 너무 큽니다"


@dataclass(frozen=True, slots=True)
class Photo:
    """A photo as it is kept.

    Attributes:
        sha256: Of its bytes, hexadecimal; also its place on disk.
        media_type: Of its bytes.
        size_bytes: Length.
        width_px: After turning and shrinking.
        height_px: Same.
    """

    sha256: str
    media_type: str
    size_bytes: int
    width_px: int
    height_px: int


class Photos:
    """A folder of photos named by their content.

    Args:
        folder: `uploads/tasks` in the data folder; made when missing.
        workers: Decoded at the same time. 40 million pixels were measured to need 0.4 GB as PNG
            and 0.6 GB as WebP, for a moment; a telephone's photo needs a tenth.
    """

    def __init__(self, folder: Path, *, workers: int) -> None:
        self._folder = folder
        self._turns = asyncio.Semaphore(workers)

    async def keep(self, uploaded: bytes) -> Photo:
        """Re-encode an upload and write it; the same picture twice is one file.

        Raises:
            PhotoNotReadable: Not a complete JPEG, PNG or WebP by its content.
            PhotoTooLarge: More bytes or pixels than allowed.
        """
        if len(uploaded) > MAX_UPLOAD_BYTES:
            raise PhotoTooLarge(limit_bytes=MAX_UPLOAD_BYTES)
        async with self._turns:
            return await asyncio.to_thread(self._keep, uploaded)

    async def content(self, sha256: str) -> bytes:
        """The bytes of a kept photo; raises `FileNotFoundError`."""
        return await asyncio.to_thread(self._path(sha256).read_bytes)

    async def drop(self, sha256s: Iterable[str]) -> None:
        """Delete photos no row names any more, unless they were uploaded again just now."""
        await asyncio.to_thread(self._drop, list(sha256s))

    async def check(self) -> None:
        """Raises `OSError` when the folder cannot be written."""
        await asyncio.to_thread(self._folder.mkdir, parents=True, exist_ok=True)
        if not os.access(self._folder, os.W_OK):
            raise PermissionError(str(self._folder))

    def _keep(self, uploaded: bytes) -> Photo:
        content, width, height = reencode(uploaded)
        sha256 = hashlib.sha256(content).hexdigest()
        path = self._path(sha256)
        path.parent.mkdir(parents=True, exist_ok=True)
        # A reader never sees half a file: write beside it, then rename. The same picture again is
        # written again, so that its time tells `_drop` that somebody needs it.
        part = path.with_name(f".{new_id().hex}.part")
        part.write_bytes(content)
        part.replace(path)
        return Photo(sha256, _MEDIA_TYPE, len(content), width, height)

    def _drop(self, sha256s: list[str]) -> None:
        for path in map(self._path, sha256s):
            with suppress(FileNotFoundError):
                if time.time() - path.stat().st_mtime > _FRESH_S:
                    path.unlink()

    def _path(self, sha256: str) -> Path:
        return self._folder / sha256[:2] / f"{sha256}.jpg"


def reencode(uploaded: bytes) -> tuple[bytes, int, int]:
    """The picture in a file as a fresh JPEG, upright, at most 2048 pixels a side.

    Returns:
        JPEG bytes, width and height in pixels.

    Raises:
        PhotoNotReadable: Not a complete JPEG, PNG or WebP by its content.
        PhotoTooLarge: More than 40 million pixels, told by the header before anything is decoded.
    """
    try:
        with Image.open(BytesIO(uploaded), formats=_FORMATS) as opened:
            return _fresh(opened)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as exc:
        # Pillow has limits of its own, wider than ours: it may refuse before we have looked.
        raise PhotoTooLarge(limit_pixels=MAX_PIXELS) from exc
    except _UNREADABLE as exc:
        raise PhotoNotReadable from exc


def _fresh(opened: Image.Image) -> tuple[bytes, int, int]:
    if opened.width * opened.height > MAX_PIXELS:
        raise PhotoTooLarge(limit_pixels=MAX_PIXELS)
    # A JPEG is decoded at a half, quarter or eighth here: a large photo never exists in full.
    opened.thumbnail((MAX_SIDE_PX, MAX_SIDE_PX))
    upright = ImageOps.exif_transpose(opened)
    plain = Image.new("RGB", upright.size, "white")
    layer = upright.convert("RGBA")
    plain.paste(layer, mask=layer.getchannel("A"))
    target = BytesIO()
    plain.save(target, "JPEG", quality=_QUALITY, optimize=True)
    return target.getvalue(), plain.width, plain.height
