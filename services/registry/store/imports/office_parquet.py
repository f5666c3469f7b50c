"""Parquet as a department's data platform writes it: flat columns, measured before they are read.

The footer says how large everything will be once unpacked, so a file is refused by it before a page
is touched; what a footer hides (a few long values repeated in every row) is found where strings
stand apart from rows, in their dictionaries.
"""

import base64
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import IO, Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from services.common.clock import LOCAL
from services.registry.domain.imports.errors import FileEncrypted, FileNotReadable, FileTooLarge
from services.registry.store.imports.office_area import Limits

MAGIC: Final = b"PAR1"
ENCRYPTED: Final = b"PARE"
_BATCH_ROWS: Final = 1000
_FOOTER_BYTES: Final = 16 << 20
_GROUPS: Final = 10_000
_RATIO_FROM_BYTES: Final = 16 << 20
_LONGEST: Final = 32_767
_DAMAGED: Final = "文件已损坏,请重新导出后上传。"


def schema_of(path: Path, limits: Limits) -> str:
    """The columns of a file, as a plan keeps them.

    Raises:
        FileEncrypted, FileNotReadable, FileTooLarge: See their texts.
    """
    with _opened(path) as file:
        _measure(file, path, limits)
        schema: pa.Schema = file.schema_arrow
        plain = pa.schema([pa.field(f.name, _plain(f)) for f in schema])
    return base64.b64encode(plain.serialize().to_pybytes()).decode()


def rows(path: Path, limits: Limits) -> Iterator[tuple[int, Sequence[Any]]]:
    """The headings as row 1, and the rows behind them.

    Raises:
        FileEncrypted, FileNotReadable, FileTooLarge: See their texts.
    """
    with _opened(path) as file:
        _measure(file, path, limits)
        names = file.schema_arrow.names
        yield 1, names
        number = 1
        try:
            for batch in file.iter_batches(_BATCH_ROWS, use_threads=False):
                columns = [_values(column) for column in batch.columns]
                for cells in zip(*columns, strict=True):
                    number += 1
                    yield number, cells
        except (pa.ArrowException, OSError) as exc:
            raise FileNotReadable(_DAMAGED) from exc


def write(target: IO[bytes], schema: str, lines: Iterable[Sequence[Any]], headings: int) -> None:
    """Write rows with the sender's columns and types, and further columns as text.

    A column whose new values do not fit its type becomes text: nothing is left out.

    Args:
        target: Where; stays open.
        schema: As `schema_of` gave it.
        lines: The heading row first.
        headings: How many columns are the sender's.
    """
    own = pa.ipc.read_schema(pa.py_buffer(base64.b64decode(schema)))
    told = iter(lines)
    names = [str(name) for name in next(told)]
    columns = [list(column) for column in zip(*told, strict=True)] or [[] for _ in names]
    types = [own.field(n).type if n < headings else pa.string() for n in range(len(names))]
    arrays = [_array(column, type_) for column, type_ in zip(columns, types, strict=True)]
    pq.write_table(pa.Table.from_arrays(arrays, names=names), target, compression="zstd")


def _opened(path: Path) -> pq.ParquetFile:
    try:
        footer = _footer(path)
        options = {"thrift_string_size_limit": footer, "thrift_container_size_limit": 1_000_000}
        names = pq.ParquetFile(path, **options).schema_arrow
        strings = [f.name for f in names if pa.types.is_string(f.type)]
        return pq.ParquetFile(path, read_dictionary=strings, pre_buffer=False, **options)
    except (pa.ArrowException, OSError) as exc:
        if "encrypt" in str(exc).lower():
            raise FileEncrypted from exc
        raise FileNotReadable(_DAMAGED) from exc


def _footer(path: Path) -> int:
    """Bytes of the footer, which is parsed whole."""
    with path.open("rb") as file:
        file.seek(-8, 2)
        tail = file.read(8)
    if tail[4:] == ENCRYPTED:
        raise FileEncrypted
    size = int.from_bytes(tail[:4], "little")
    if tail[4:] != MAGIC or size > path.stat().st_size:
        raise FileNotReadable(_DAMAGED)
    if size > _FOOTER_BYTES:
        raise FileTooLarge(limit="footer_bytes", maximum=_FOOTER_BYTES)
    return max(size, 1)


def _measure(file: pq.ParquetFile, path: Path, limits: Limits) -> None:
    """Refuse what would unpack to more than a workbook may."""
    about = file.metadata
    for field in file.schema_arrow:
        _plain(field)
    if about.num_columns > limits.columns:
        raise FileTooLarge(limit="columns", maximum=limits.columns)
    if about.num_rows > limits.rows:
        raise FileTooLarge(limit="rows", maximum=limits.rows)
    if about.num_rows * about.num_columns > limits.cells:
        raise FileTooLarge(limit="cells", maximum=limits.cells)
    _measure_groups(about, path.stat().st_size, limits)


def _measure_groups(about: pq.FileMetaData, size: int, limits: Limits) -> None:
    if about.num_row_groups > _GROUPS:
        raise FileTooLarge(limit="row_groups", maximum=_GROUPS)
    groups = [about.row_group(n) for n in range(about.num_row_groups)]
    unpacked = sum(group.total_byte_size for group in groups)
    if unpacked > limits.unpacked_bytes or any(group.total_byte_size < 0 for group in groups):
        raise FileTooLarge(limit="unpacked_bytes", maximum=limits.unpacked_bytes)
    if unpacked > _RATIO_FROM_BYTES and unpacked > size * limits.ratio:
        raise FileTooLarge(limit="ratio", maximum=limits.ratio)
    if sum(group.num_rows for group in groups) != about.num_rows:
        raise FileNotReadable(_DAMAGED)


def _plain(field: pa.Field) -> pa.DataType:
    """The type of a column's values; nested and binary ones are refused."""
    type_ = field.type.value_type if pa.types.is_dictionary(field.type) else field.type
    if pa.types.is_nested(type_) or pa.types.is_binary(type_) or pa.types.is_large_binary(type_):
        raise FileNotReadable(f"列“{field.name[:40]}”不是单个值(嵌套或二进制),请改为文本列。")
    return type_


def _values(column: pa.Array) -> list[Any]:
    """A column's values; of long strings not even one is copied into rows."""
    if isinstance(column, pa.DictionaryArray):
        words = column.dictionary.to_pylist()
        if any(word is not None and len(word) > _LONGEST for word in words):
            raise FileTooLarge(limit="cell_characters", maximum=_LONGEST)
        return [None if at is None else words[at] for at in column.indices.to_pylist()]
    return (
        [_local(v) for v in column.to_pylist()]
        if pa.types.is_timestamp(column.type)
        else (column.to_pylist())
    )


def _local(value: datetime | None) -> datetime | None:
    """An instant as a clock on the wall showed it."""
    if value is None or value.tzinfo is None:
        return value
    return value.astimezone(LOCAL).replace(tzinfo=None)


def _array(column: list[Any], type_: pa.DataType) -> pa.Array:
    if not pa.types.is_string(type_):
        column = [None if value == "" else value for value in column]
    try:
        return pa.array(column, type_)
    except (pa.ArrowException, TypeError, ValueError, OverflowError):
        return pa.array([None if v is None else str(v) for v in column], pa.string())
