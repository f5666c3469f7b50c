"""CSV as offices export it: three encodings, four delimiters, quotes that may not close."""

import codecs
import csv
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from services.registry.domain.imports.errors import FileNotReadable, FileTooLarge
from services.registry.store.imports.office_area import Limits

DELIMITERS: Final = (",", ";", "\t", "|")
_CHUNK: Final = 1 << 20
_SAMPLE_LINES: Final = 20
_SAMPLE_CHARACTERS: Final = 1 << 16
_BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


@dataclass(frozen=True, slots=True)
class CsvForm:
    """How a CSV file was written, so that its error file can be written alike.

    Attributes:
        encoding: Python codec: utf-8, utf-8-sig, gb18030 or utf-16.
        delimiter: One character.
    """

    encoding: str
    delimiter: str


def form_of(path: Path) -> CsvForm:
    """The encoding and delimiter of a file.

    UTF-8 refuses nearly every text in another encoding, so it is asked first; GB 18030 holds GBK
    and GB 2312, which Excel writes in China.

    Raises:
        FileNotReadable: It is no text.
    """
    with path.open("rb") as file:
        start = file.read(4)
    named = next((encoding for bom, encoding in _BOMS if start.startswith(bom)), None)
    encoding = named or next((c for c in ("utf-8", "gb18030") if _is(path, c)), None)
    if encoding is None:
        raise FileNotReadable("文件不是 UTF-8 或 GB18030 编码的文本。")
    with path.open(encoding=encoding, newline="") as text:
        try:
            sample = text.read(_SAMPLE_CHARACTERS)
        except UnicodeError as exc:
            raise FileNotReadable("文件编码有误。") from exc
    if "\0" in sample:
        raise FileNotReadable
    return CsvForm(encoding, _delimiter(sample))


def rows(path: Path, form: CsvForm, limits: Limits) -> Iterator[list[str]]:
    """The records of a file, in order.

    Raises:
        FileNotReadable: A quote that never closes, or bytes that are not of the encoding.
        FileTooLarge: Too many records or columns.
    """
    with path.open(encoding=form.encoding, newline="") as text:
        reader = csv.reader(text, delimiter=form.delimiter)
        try:
            for number, row in enumerate(reader, start=1):
                if number > limits.rows:
                    raise FileTooLarge(limit="rows", maximum=limits.rows)
                if len(row) > limits.columns:
                    raise FileTooLarge(limit="columns", maximum=limits.columns)
                yield row
        except csv.Error as exc:
            raise FileNotReadable(
                f"第{reader.line_num}行附近的引号没有成对。", line=reader.line_num
            ) from exc
        except UnicodeError as exc:
            raise FileNotReadable(f"第{reader.line_num}行之后编码有误。") from exc


def _is(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    with path.open("rb") as file:
        try:
            while chunk := file.read(_CHUNK):
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
        except UnicodeError:
            return False
    return True


def _delimiter(sample: str) -> str:
    """The delimiter that splits most lines into the same number of columns, at least two."""
    lines = [line for line in sample.splitlines()[:_SAMPLE_LINES] if line.strip()]

    def score(delimiter: str) -> tuple[int, int]:
        try:
            widths = Counter(len(row) for row in csv.reader(lines, delimiter=delimiter))
        except csv.Error:
            return 0, 0
        agreeing = [(count * (width > 1), width) for width, count in widths.items()]
        return max(agreeing, default=(0, 0))

    return max(DELIMITERS, key=score)
