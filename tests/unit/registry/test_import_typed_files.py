"""Parquet and NDJSON: what is read, what is refused, and the error file in the same kind."""

import io
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from services.registry.domain.imports.columns import Layout
from services.registry.domain.imports.errors import ImportRefused
from services.registry.domain.imports.jobs import FilePlan
from services.registry.domain.imports.rows import Fault
from services.registry.store.imports import error_files, office_files
from services.registry.store.imports.office_area import Limits
from services.registry.store.imports.office_ndjson import Unreadable
from tests.factories.registry import id_number

LIMITS = Limits()
NUMBERS = [int(id_number(n)) for n in range(1, 9) if id_number(n).isdigit()][:2]


def kept(folder: Path, content: bytes, name: str) -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def parquet(columns: dict[str, Any], **options: Any) -> bytes:
    out = io.BytesIO()
    pq.write_table(pa.table(columns), out, **options)
    return out.getvalue()


def ndjson(*objects: Any) -> bytes:
    return b"".join(orjson.dumps(one) + b"\n" for one in objects)


def texts(path: Path, limits: Limits = LIMITS) -> list[tuple[int, list[str]]]:
    form = office_files.form_of(path, path.name, limits)
    read = office_files.reader_of(form.kind)
    with office_files.opened(path, form, limits) as file:
        return [(number, [read(cell) for cell in cells]) for number, cells in file.rows(0)]


def refused(path: Path, limits: Limits = LIMITS) -> tuple[str, dict[str, Any]]:
    with pytest.raises(ImportRefused) as info:
        texts(path, limits)
    return info.value.code(), dict(info.value.extra)


TABLE: dict[str, Any] = {
    "身份证号": NUMBERS,
    "姓名": ["金哲洙", None],
    "建筑面积": [88.5, 60.0],
    "是否出租": [True, False],
    "登记日期": [date(2026, 7, 1), None],
    "更新": [datetime(2026, 7, 1, 17, 0, tzinfo=UTC), None],
}


def test_parquet_keeps_every_digit_and_tells_days_as_the_wall_clock_did(tmp_path: Path) -> None:
    assert texts(kept(tmp_path, parquet(TABLE), "表.parquet")) == [
        (1, list(TABLE)),
        (2, [str(NUMBERS[0]), "金哲洙", "88.5", "是", "2026-07-01", "2026-07-02 01:00:00"]),
        (3, [str(NUMBERS[1]), "", "60", "否", "", ""]),
    ]


def test_ndjson_has_the_members_of_all_its_objects(tmp_path: Path) -> None:
    content = b"\xef\xbb\xbf" + ndjson({"身份证号": NUMBERS[0], "姓名": "金"}) + b"\n"
    content += ndjson({"姓名": "朴", "是否出租": True, "建筑面积": 60.5, "身份证号": None})
    assert texts(kept(tmp_path, content, "表.ndjson")) == [
        (1, ["身份证号", "姓名", "是否出租", "建筑面积"]),
        (2, [str(NUMBERS[0]), "金", "", ""]),
        (4, ["", "朴", "是", "60.5"]),
    ]


@pytest.mark.parametrize(
    ("content", "name", "code", "extra"),
    [
        (ndjson({"a": 1}), "表.csv", "file-mislabelled", {"named": ".csv", "found": "ndjson"}),
        (
            parquet({"a": [1]}),
            "表.xlsx",
            "file-mislabelled",
            {"named": ".xlsx", "found": "parquet"},
        ),
        (b"{\n[1]\n", "表.ndjson", "file-not-readable", {"line": 1}),
        (b'{"a": "\xff"}', "表.ndjson", "file-not-readable", {"line": 1}),
        (parquet({"a": [[1]]}), "表.parquet", "file-not-readable", {}),
        (parquet({"a": [{"b": 1}]}), "表.parquet", "file-not-readable", {}),
        (parquet({"a": [b"x"]}), "表.parquet", "file-not-readable", {}),
        (parquet({"a": [1]})[:-9], "表.parquet", "file-not-readable", {}),
        (b"PAR1" + b"\0" * 60, "表.parquet", "file-not-readable", {}),
        (b"PARE" + b"\0" * 60, "表.parquet", "file-encrypted", {}),
    ],
)
def test_what_is_refused(
    tmp_path: Path, content: bytes, name: str, code: str, extra: dict[str, Any]
) -> None:
    assert refused(kept(tmp_path, content, name)) == (code, extra)


def test_a_line_that_is_no_flat_object_is_one_row_that_cannot_be_taken(tmp_path: Path) -> None:
    content = ndjson({"a": 1, "b": 2}) + b'{"a": \xff}\n{"a":\n'
    content += ndjson([1], {"a": {"c": [3]}, "b": 4}, {"a": 5})
    path = kept(tmp_path, content, "表.ndjson")
    form = office_files.form_of(path, path.name, LIMITS)
    with office_files.opened(path, form, LIMITS) as file:
        found = list(file.rows(0))
    assert [(number, list(cells)) for number, cells in found] == [
        (1, ["a", "b"]),
        (2, [1, 2]),
        (3, [None, None]),
        (4, [None, None]),
        (5, [None, None]),
        (6, ['{"c":[3]}', 4]),
        (7, [5, None]),
    ]
    told = {n: cells.fault for n, cells in found if isinstance(cells, Unreadable)}
    assert {n: (fault.heading, fault.code) for n, fault in told.items()} == {
        3: ("", "line-not-json"),
        4: ("", "line-not-json"),
        5: ("", "line-no-object"),
        6: ("a", "value-nested"),
    }


def test_limits_hold_before_a_page_is_read(tmp_path: Path) -> None:
    wide = kept(tmp_path, parquet({str(n): [1] for n in range(201)}), "宽.parquet")
    assert refused(wide) == ("file-too-large", {"limit": "columns", "maximum": 200})
    tall = kept(tmp_path, parquet({"a": list(range(12))}), "长.parquet")
    assert refused(tall, Limits(rows=11))[1] == {"limit": "rows", "maximum": 11}
    long = parquet({"a": ["0" * 30_000] * 1000}, use_dictionary=False, compression="zstd")
    assert refused(kept(tmp_path, long, "弹.parquet"))[1] == {"limit": "ratio", "maximum": 200}
    one = pa.DictionaryArray.from_arrays(pa.array([0] * 100_000), ["0" * 40_000])
    repeated = kept(tmp_path, parquet({"a": one}), "复.parquet")
    assert refused(repeated) == ("file-too-large", {"limit": "cell_characters", "maximum": 32_767})
    lines = kept(tmp_path, ndjson(*({"a": n} for n in range(12))), "长.ndjson")
    assert refused(lines, Limits(rows=11))[1] == {"limit": "rows", "maximum": 11}
    members = kept(tmp_path, ndjson({str(n): 1 for n in range(201)}), "宽.ndjson")
    assert refused(members)[1] == {"limit": "columns", "maximum": 200}
    line = kept(tmp_path, ndjson({"a": "x" * (1 << 20)}), "行.ndjson")
    assert refused(line)[1]["limit"] == "line_bytes"


FAULTS = {
    3: [Fault("姓名", "name-missing", "登记中没有此人"), Fault("", "x", "提示", is_warning=True)]
}


def errors_of(path: Path) -> bytes:
    form = office_files.form_of(path, path.name, LIMITS)
    out = io.BytesIO()
    with office_files.opened(path, form, LIMITS) as file:
        lines = list(file.rows(0))
        layout = Layout(0, tuple(map(str, lines[0][1])), (), ())
        plan = FilePlan(form.kind, 0, "", layout, schema=form.schema)
        error_files.write(out, FilePlan.of_json(plan.as_json()), lines, FAULTS)
    return out.getvalue()


def test_a_parquet_file_comes_back_with_its_own_types(tmp_path: Path) -> None:
    source = parquet(TABLE)
    table = pq.read_table(io.BytesIO(errors_of(kept(tmp_path, source, "表.parquet"))))
    own = pq.read_table(io.BytesIO(source)).schema
    assert table.schema.names == [*own.names, "错误字段", "原因"]
    assert table.schema.types[:5] == own.types[:5]
    assert table.to_pylist()[0]["身份证号"] == NUMBERS[1]
    assert table.to_pylist()[0]["原因"] == "登记中没有此人;(已登记)提示:提示"


def test_an_ndjson_file_comes_back_as_ndjson(tmp_path: Path) -> None:
    content = ndjson({"身份证号": 1, "姓名": "=cmd()"}, {"身份证号": 2, "姓名": "=cmd()"})
    lines = errors_of(kept(tmp_path, content, "表.ndjson")).splitlines()
    assert [orjson.loads(line) for line in lines] == [
        {
            "身份证号": 2,
            "姓名": "=cmd()",
            "错误字段": "姓名",
            "原因": "登记中没有此人;(已登记)提示:提示",
        }
    ]
