"""The ledger leaves as a file that another program finds correct."""

from collections import defaultdict
from decimal import Decimal

from beancount import loader
from beancount.core import data

from tests.factories.admission import COMMUNITIES, COUNTY, Town, payment


async def test_beancount_finds_nothing_wrong_and_the_same_balances(here: Town) -> None:
    item = await here.approved(title='含"引号"的事项\\')
    item = await here.finance.step(item, "payments", payment(5_000, reference='凭证"1"'))
    paid = item["payments"][0]["id"]
    item = await here.finance.step(item, f"payments/{paid}/reversal", {"comment": "户名\n有误"})
    item = await here.finance.step(item, "payments", payment(7_001))
    response = await here.finance.get("/v1/ledger/journal", county=COUNTY)
    assert response.headers["content-type"].startswith("text/plain")
    entries, errors, _ = loader.load_string(response.text)
    assert errors == []
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for entry in data.filter_txns(entries):
        for line in entry.postings:
            assert line.units is not None
            assert line.units.number is not None
            sums[line.account] += line.units.number
    assert sum(sums.values()) == 0
    for code in COMMUNITIES:
        fen = await here.balance(f"community:{code}")
        assert sums[f"Assets:Community:{code}"] == Decimal(fen) / 100
    assert sums[f"Assets:Hold:{item['id']}"] == Decimal("29.99")


async def test_a_journal_is_the_countys_own(here: Town) -> None:
    assert (await here.finance.get("/v1/ledger/journal", county="222401")).status_code == 404
    assert (await here.finance.get("/v1/ledger/journal", county="22")).status_code == 422
    assert (await here.community.get("/v1/ledger/journal", county=COUNTY)).status_code == 403
    empty = await here.finance.get("/v1/ledger/journal", county=COUNTY)
    assert "open" not in empty.text
