"""What makes an application complete, with a pointer to each gap."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from services.admission.domain.actors import (
    OPEN_TO_OPINION,
    OVERSEEN,
    PUBLISHED,
    Actor,
    sight,
)
from services.admission.domain.applications import (
    Application,
    Funding,
    check,
    check_term,
    check_title,
    resolve,
)
from services.admission.domain.areas import enclosing
from services.admission.domain.checks import Listed
from services.admission.domain.items import ItemClass
from services.admission.domain.money import Instalment
from services.common.errors import NotPermitted, ValidationFailed

TODAY = date(2026, 11, 24)
A, B, C = "222406001001", "222406001003", "222406002001"
VILLAGE, FAR = "222406100200", "222401001001"
KNOWN = {A: True, B: True, C: True, VILLAGE: False}
PARTS = (Instalment(TODAY, 60), Instalment(TODAY + timedelta(days=9), 40))
GOOD = Application(
    title="老年人健康体检通知",
    item_class=ItemClass.ADMITTED,
    domain="health",
    content="入户通知",
    legal_basis="规范",
    special_explanation="需社区协助",
    starts_on=TODAY,
    ends_on=TODAY + timedelta(days=30),
    communities=(A, B),
    funding=Funding(100, "部门预算", None, None, PARTS),
)


def actor(*roles: str, areas: tuple[str, ...] = ("222406",)) -> Actor:
    return Actor("p", "n", "222406.health", frozenset(roles), areas, frozenset({"health"}))


DEPARTMENT = actor("department_officer")


def gaps(application: Application, who: Actor = DEPARTMENT) -> list[str]:
    with pytest.raises(ValidationFailed) as caught:
        check(application, who)
    return [fault.pointer for fault in caught.value.faults]


def test_a_complete_application_is_accepted() -> None:
    check(GOOD, DEPARTMENT)
    assert (GOOD.county, GOOD.area) == ("222406", "222406001")


@pytest.mark.parametrize(
    ("changes", "pointers"),
    [
        ({"special_explanation": None}, ["/special_explanation"]),
        ({"item_class": ItemClass.TEMPORARY, "ends_on": None}, ["/ends_on"]),
        ({"item_class": ItemClass.EMERGENCY, "ends_on": None}, ["/ends_on"]),
        ({"ends_on": TODAY - timedelta(days=1)}, ["/ends_on"]),
        ({"item_class": ItemClass.AUTONOMY}, ["/class"]),
        ({"funding": Funding()}, ["/funding/zero_reason"]),
        ({"funding": Funding(0, schedule=PARTS, zero_reason="x")}, ["/funding/schedule"]),
        ({"funding": Funding(100, schedule=PARTS)}, ["/funding/source"]),
        ({"funding": Funding(99, "预算", schedule=PARTS)}, ["/funding/schedule"]),
        ({"funding": Funding(100, "预算", schedule=PARTS[::-1])}, ["/funding/schedule"]),
        ({"funding": Funding(100, "预算")}, ["/funding/schedule"]),
        (
            {"special_explanation": None, "funding": Funding()},
            ["/special_explanation", "/funding/zero_reason"],
        ),
    ],
)
def test_each_gap_is_pointed_at(changes: dict[str, Any], pointers: list[str]) -> None:
    assert gaps(replace(GOOD, **changes)) == pointers


def test_reasons_replace_money_and_lists_need_no_explanation() -> None:
    free = Funding(zero_reason="只转发通知")
    check(replace(GOOD, funding=free), DEPARTMENT)
    assist = replace(GOOD, item_class=ItemClass.ASSISTANCE, special_explanation=None)
    check(assist, DEPARTMENT)
    own = replace(assist, item_class=ItemClass.AUTONOMY, funding=Funding())
    check(own, actor("secretariat"))


def test_a_department_applies_for_its_own_domain_only() -> None:
    with pytest.raises(NotPermitted):
        check(replace(GOOD, domain="housing"), DEPARTMENT)
    check(replace(GOOD, domain="housing"), actor("secretariat"))


def test_a_scope_means_urban_communities_and_a_village_is_named() -> None:
    assert resolve([], "222406", KNOWN, DEPARTMENT) == (A, B, C)
    assert resolve([], "222406001", KNOWN, DEPARTMENT) == (A, B)
    assert resolve([VILLAGE, A, A], None, KNOWN, DEPARTMENT) == (A, VILLAGE)


@pytest.mark.parametrize(
    ("named", "scope", "pointers"),
    [
        ([A, "222406009009"], None, ["/communities/1"]),
        ([A, FAR], None, ["/communities/1", "/communities"]),
        ([], "222401", ["/scope"]),
        ([], "222406009", ["/scope"]),
    ],
)
def test_what_the_applicant_cannot_see_does_not_exist(
    named: list[str], scope: str | None, pointers: list[str]
) -> None:
    with pytest.raises(ValidationFailed) as caught:
        resolve(named, scope, {**KNOWN, FAR: True}, DEPARTMENT)
    assert [fault.pointer for fault in caught.value.faults] == pointers


def test_banned_titles_cannot_be_applied_for() -> None:
    entry = [Listed("健在证明", ("健在证明",), "民发〔2020〕20号")]
    check_title("老年人体检", entry, entry)
    for negatives, certificates, code in (
        (entry, [], "negative-list"),
        ([], entry, "prohibited-certificate"),
    ):
        with pytest.raises(ValidationFailed) as caught:
            check_title("出具健在证明", negatives, certificates)
        assert [(f.pointer, f.code) for f in caught.value.faults] == [("/title", code)]


@pytest.mark.parametrize("days", [-1, 4, 1099, 31])
def test_a_term_is_neither_past_nor_early_nor_long_nor_beyond_the_work(days: int) -> None:
    ends_on = TODAY + timedelta(days=30) if days == 31 else None
    starts_on = TODAY + timedelta(days=5) if days == 4 else TODAY
    with pytest.raises(ValidationFailed):
        check_term(TODAY + timedelta(days=days), starts_on=starts_on, ends_on=ends_on, on=TODAY)
    check_term(TODAY + timedelta(days=30), starts_on=TODAY, ends_on=ends_on, on=TODAY)


def test_the_enclosing_area_is_the_smallest() -> None:
    assert enclosing([A]) == A
    assert enclosing([A, B]) == "222406001"
    assert enclosing([A, C, B]) == "222406"
    assert enclosing([A, FAR]) == "2224"
    assert enclosing([A, "110101001001"]) == ""


def test_sight_is_what_a_role_needs() -> None:
    assert sight(DEPARTMENT).states == frozenset()
    assert sight(actor("secretariat")).states == OVERSEEN
    assert sight(actor("street_officer")).states == OPEN_TO_OPINION
    assert sight(actor("grid_worker")).states == PUBLISHED
    grid = actor("grid_worker", areas=(A + "001",))
    assert sight(grid).areas == (A,)
    assert grid.covers(A)
    assert not grid.covers(B)
    assert not actor("grid_worker", areas=()).covers(A)
