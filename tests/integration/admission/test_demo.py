"""The demo prefecture: loaded once, whole, and with figures that speak."""

from typing import Any

import asyncpg
import pytest
from beancount import loader
from pydantic import SecretStr

from services.admission.settings import AdmissionSettings
from services.admission.use_cases import demo
from services.common.testing import KEY_ENCRYPTION_KEY, TokenMint
from tests.factories.admission import COUNTY, Office, town

COMMUNITIES = [f"{COUNTY}00{street}00{n}" for street in (1, 2, 3) for n in (1, 2, 3)]
CONTEXT = {
    "scale": "tiny",
    "seed": 20260101,
    "communities": [*COMMUNITIES, "222401001001"],
    "organisations": [{"code": f"{COUNTY}.health", "name_zh": "和龙市卫生健康局"}],
}


def settings(dsn: str) -> AdmissionSettings:
    return AdmissionSettings(
        database_url=SecretStr(dsn), key_encryption_key=SecretStr(KEY_ENCRYPTION_KEY)
    )


async def load(dsn: str, **changes: Any) -> Any:
    return await demo.load(settings(dsn), {**CONTEXT, **changes}, lambda *_: None)


async def test_the_demo_is_loaded_once_and_the_same(dsn: str, mint: TokenMint) -> None:
    first = await load(dsn)
    assert await load(dsn) == first
    with pytest.raises(demo.AdmissionInUse):
        await load(dsn, seed=2)
    connection = await asyncpg.connect(dsn)
    try:
        items = await connection.fetch("select state, count(*) from items group by 1")
        states = {row["state"]: row["count"] for row in items}
        assert set(states) == {
            "draft", "submitted", "returned", "reviewed", "approved", "rejected", "active",
            "suspended", "expired",
        }  # fmt: skip
        assert await connection.fetchval("select sum(credits_fen - debits_fen) from accounts") == 0
        paid = "select sum(paid_fen) from items"
        received = "select sum(credits_fen) from accounts where kind = 'community'"
        assert await connection.fetchval(paid) == await connection.fetchval(received) > 0
        late = """
            select count(*) from item_timeline a join item_timeline b
            on a.item_id = b.item_id and a.seq < b.seq and a.at > b.at
        """
        assert await connection.fetchval(late) == 0
    finally:
        await connection.close()
    assert {item["organisation"] for item in first["admitted_items"]} >= {f"{COUNTY}.health"}
    async with town(dsn, mint) as here:
        await everything_can_be_read(here.secretariat, first)
        journal = await here.finance.get("/v1/ledger/journal", county=COUNTY)
        _, errors, _ = loader.load_string(journal.text)
        assert errors == []


async def everything_can_be_read(office: Office, loaded: Any) -> None:
    figures = (await office.get("/v1/indicators", within=COUNTY)).json()["items"]
    values = {figure["code"]: figure["value"] for figure in figures}
    assert values["items_max"] > values["items_avg"] > values["items_min"] > 40
    assert values["unfunded_task_count"] > 0
    assert 0 < values["funding_arrival_rate"] < 100
    assert values["average_delay_days"] > 0
    assert values["unapproved_tasks"] == 24
    assert values["policy_documents_prefecture"] == 4
    amber = (await office.get("/v1/items", within=COUNTY, arrears=True, limit=200)).json()["items"]
    assert len(amber) == values["unfunded_task_count"]
    assert {item["state"] for item in amber} == {"suspended"}
    reasons = {r["reason"] for r in (await office.get("/v1/refusals")).json()["items"]}
    assert reasons == {"NOT_ADMITTED", "NEGATIVE_LIST", "PROHIBITED_CERTIFICATE"}
    mine = next(i for i in loaded["admitted_items"] if i["organisation"] == f"{COUNTY}.health")
    task = {
        "community": mine["communities"][0],
        "organisation": mine["organisation"],
        "domain": mine["domain"],
        "title": "本月入户",
        "item_id": mine["id"],
    }
    assert (await office.post("/v1/checks", task)).json()["admitted"] is True
