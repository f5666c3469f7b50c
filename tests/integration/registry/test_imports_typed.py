"""Parquet and NDJSON from a department's system, from upload to error file."""

import io

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.factories.imports import Office, csv_file
from tests.factories.registry import Registry, id_number

FULL_WIDTH = {ord(c): ord(c) + 0xFEE0 for c in "0123456789Xx+"}


async def test_parquet_and_ndjson_are_taken_as_workbooks_are(registry: Registry) -> None:
    housing = Office(registry, "housing")
    out = io.BytesIO()
    number = id_number(7)
    columns = {"身份证号": [number], "姓名": ["金明"], "房屋性质": ["商品房"]}
    pq.write_table(pa.table(columns), out)
    job = await housing.take(out.getvalue(), "表.parquet")
    assert (job["file"]["kind"], job["progress"]["created"]) == ("parquet", 1)
    line = orjson.dumps({"身份证号": number, "房屋性质": "商品房", "楼层": 3})
    other = orjson.dumps({"身份证号": "1", "房屋性质": "商品房"})
    job = await housing.take(line + b"\n" + other, "表.jsonl")
    assert (job["file"]["kind"], job["progress"]["matched"]) == ("ndjson", 1)
    assert job["progress"]["changed"] == 0
    errors = await housing.errors(job["id"])
    assert errors.headers["content-type"] == "application/x-ndjson"
    assert orjson.loads(errors.content)["错误字段"] == "身份证号"


async def test_a_line_that_is_no_object_refuses_one_row_and_not_the_file(
    registry: Registry,
) -> None:
    housing = Office(registry, "housing")
    good = {"身份证号": id_number(7), "姓名": "金明", "房屋性质": "商品房"}
    nested = {"身份证号": id_number(8), "姓名": "李明", "房屋性质": {"代码": "商品房"}}
    lines = [orjson.dumps(good), b'{"a', orjson.dumps([good]), orjson.dumps(nested)]
    job = await housing.take(b"\n".join(lines), "表.ndjson")
    assert job["progress"] | {"created": 1, "rejected": 3, "rows_total": 4} == job["progress"]
    errors = await housing.errors(job["id"])
    told = [orjson.loads(line) for line in errors.content.splitlines()]
    assert [(one.get("错误字段"), one["原因"]) for one in told] == [
        (None, "不是有效的 JSON"),
        (None, "不是 JSON 对象"),
        ("房屋性质", "不是单个值(含对象或列表)"),
    ]
    assert (told[2]["姓名"], told[2]["房屋性质"]) == ("李明", '{"代码":"商品房"}')


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8-sig"])
async def test_full_width_numbers_of_any_encoding_are_the_same_numbers(
    registry: Registry, encoding: str
) -> None:
    number = next(n for n in map(id_number, range(1, 99)) if n.endswith("X"))
    rows = [
        ["姓名", "身份证号", "联系电话", "房屋性质"],
        ["金 明", number.translate(FULL_WIDTH), "154-1234 5678", "商品房"],
        ["李𠮷", id_number(99).lower(), "+86 15412345679".translate(FULL_WIDTH), "商品房"],
    ]
    housing = Office(registry, "housing")
    job = await housing.take(csv_file(rows, encoding), "表.csv")
    assert (job["file"]["encoding"], job["progress"]["created"]) == (encoding, 2)
    fields = ["name", "phone", "document"]
    for sent, name, phone in (
        (number, "金明", "154****5678"),
        (id_number(99), "李𠮷", "154****5679"),
    ):
        found = await registry.look_up(sent, fields, registry.department("public_security"))
        shown = found.json()
        assert (shown["name"], shown["phone"]) == (name, phone)
        assert shown["document"]["number"][-4:] == sent[-4:]
