"""Which task is refused, and for which reason."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.admission.domain.checks import (
    Ask,
    Known,
    Listed,
    ReasonCode,
    decide,
    listed,
    plain,
)
from services.admission.domain.items import ItemClass, State
from services.common.ids import new_id

TODAY = date(2026, 11, 24)
ASK = Ask("222406001001", "222406.health", "health", "老年人健康体检通知")
ITEM = Known(
    id=new_id(),
    title="老年人健康体检通知",
    item_class=ItemClass.ADMITTED,
    domain="health",
    state=State.ACTIVE,
    starts_on=TODAY - timedelta(days=1),
    valid_to=TODAY + timedelta(days=1),
    arrears_fen=0,
    funded=True,
    covers=True,
)
NEGATIVES = [Listed("招商引资", ("招商引资", "引税"), "县清单")]
CERTIFICATES = [Listed("健在证明", ("健在证明",), "民发〔2020〕20号")]


def reason(*items: Known, ask: Ask = ASK) -> str | None:
    found = decide(ask, items, negatives=NEGATIVES, certificates=CERTIFICATES, on=TODAY)
    return found.reason.code if found.reason else None


def test_an_active_paid_item_in_scope_is_admitted() -> None:
    assert reason(ITEM) is None


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"state": State.DRAFT, "valid_to": None}, "NOT_ADMITTED"),
        ({"state": State.SUBMITTED, "valid_to": None}, "NOT_ADMITTED"),
        ({"state": State.RETURNED, "valid_to": None}, "NOT_ADMITTED"),
        ({"state": State.REVIEWED, "valid_to": None}, "NOT_ADMITTED"),
        ({"state": State.REJECTED, "valid_to": None}, "NOT_ADMITTED"),
        ({"state": State.REVOKED}, "NOT_ADMITTED"),
        ({"starts_on": TODAY + timedelta(days=1)}, "NOT_ADMITTED"),
        ({"state": State.APPROVED}, "FUNDS_NOT_PAID"),
        ({"state": State.SUSPENDED}, "FUNDS_NOT_PAID"),
        ({"arrears_fen": 1}, "FUNDS_NOT_PAID"),
        ({"funded": False}, "FUNDS_NOT_PAID"),
        ({"covers": False}, "OUT_OF_SCOPE"),
        ({"domain": "housing"}, "OUT_OF_SCOPE"),
        ({"valid_to": TODAY - timedelta(days=1)}, "EXPIRED"),
        ({"state": State.EXPIRED}, "EXPIRED"),
    ],
)
def test_each_gap_has_its_reason(changes: dict[str, Any], expected: str) -> None:
    assert reason(replace(ITEM, **changes)) == expected


def test_nothing_on_record_is_not_admitted() -> None:
    assert reason() == "NOT_ADMITTED"


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("为办理手续出具 健在 证明", "PROHIBITED_CERTIFICATE"),
        ("完成招商引资线索任务", "NEGATIVE_LIST"),
        ("招商引资并出具健在证明", "PROHIBITED_CERTIFICATE"),
        ("协助引税", "NEGATIVE_LIST"),
    ],
)
def test_a_banned_title_is_refused_even_under_an_admitted_item(title: str, expected: str) -> None:
    ask = replace(ASK, title=title)
    assert reason(ITEM, ask=ask) == expected


def test_of_several_items_the_one_nearest_to_admission_speaks() -> None:
    expired = replace(ITEM, state=State.EXPIRED)
    unpaid = replace(ITEM, arrears_fen=9)
    assert reason(expired, unpaid) == "FUNDS_NOT_PAID"
    assert reason(expired, ITEM) is None


WRITTEN = (
    st.characters(min_codepoint=0x20, max_codepoint=0x7E)
    | st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF)
    | st.characters(min_codepoint=0xFF01, max_codepoint=0xFF5E)
)
CASES = st.fixed_dictionaries(
    {
        "state": st.sampled_from(State),
        "funded": st.booleans(),
        "arrears_fen": st.integers(0, 3),
        "covers": st.booleans(),
        "valid_to": st.dates(TODAY - timedelta(days=2), TODAY + timedelta(days=2)),
    }
)


@given(CASES)
def test_only_a_live_paid_covered_item_admits(case: dict[str, Any]) -> None:
    live = (
        case["state"] is State.ACTIVE
        and case["funded"]
        and not case["arrears_fen"]
        and case["covers"]
        and case["valid_to"] >= TODAY
    )
    assert (reason(replace(ITEM, **case)) is None) == live


def test_every_refusal_tells_what_to_do_next() -> None:
    for code in ReasonCode:
        ask = {
            ReasonCode.PROHIBITED_CERTIFICATE: replace(ASK, title="健在证明"),
            ReasonCode.NEGATIVE_LIST: replace(ASK, title="招商引资"),
        }.get(code, ASK)
        item = {
            ReasonCode.FUNDS_NOT_PAID: replace(ITEM, arrears_fen=1),
            ReasonCode.OUT_OF_SCOPE: replace(ITEM, covers=False),
            ReasonCode.EXPIRED: replace(ITEM, state=State.EXPIRED),
            ReasonCode.NOT_ADMITTED: replace(ITEM, state=State.REJECTED),
        }.get(code, ITEM)
        found = decide(ask, [item], negatives=NEGATIVES, certificates=CERTIFICATES, on=TODAY)
        assert found.reason is not None
        assert found.reason.code is code
        assert found.reason.title
        assert found.reason.how_to.endswith("。")


@given(st.text(alphabet=WRITTEN))
def test_comparing_titles_is_stable(text: str) -> None:
    assert plain(plain(text)) == plain(text)


def test_titles_compare_without_width_space_and_punctuation() -> None:
    assert plain("“两癌” 筛查\uff08AB\uff09") == "两癌筛查ab"
    assert listed("其他事项", NEGATIVES) is None
