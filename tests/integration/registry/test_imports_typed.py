"""Parquet and NDJSON from a department's system, from upload to error file."""

import io

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from tests.factories.imports import Office
from tests.factories.registry import Registry, id_number


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
