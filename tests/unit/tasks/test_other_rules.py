"""Scopes, masking, assignments, indicators and the demo's stories."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random

import pytest

from services.common.errors import ValidationFailed
from services.common.ids import new_id
from services.tasks.domain import assignments, contacts, deadlines, indicators
from services.tasks.domain.assignments import Assignment, AssignmentNotOpen, RefusalReason
from services.tasks.domain.deadlines import Limits
from services.tasks.domain.demo import telling
from services.tasks.domain.demo.dice import Dice
from services.tasks.domain.demo.story import Cast, Story
from services.tasks.domain.indicators import Count
from services.tasks.domain.whistles import LegState, State
from tests.factories.tasks import COMMUNITY, COUNTY, GRID, NOW, actor


def test_departments_see_their_part_and_others_their_areas() -> None:
    department = actor("department_officer").scope
    assert (department.areas, department.organisation) == ((COUNTY,), f"{COUNTY}.housing")
    assert actor("street_officer").scope.organisation is None
    worker = actor("grid_worker")
    assert worker.scope.areas == (GRID,)
    assert worker.community_scope.areas == (COMMUNITY,)
    assert worker.county == COUNTY
    assert not actor(areas=()).scope.covers(GRID)
    assert actor(areas=("",)).scope.areas == (), "a blank in a token opens no door"


def test_domain_of_an_account() -> None:
    assert actor("department_officer", domains=frozenset({"health"})).domain == "health"
    assert actor("department_officer", domains=frozenset()).domain == "housing"
    assert actor("department_officer", domains=frozenset({"health", "market"})).domain == "housing"


@pytest.mark.parametrize(
    ("contact", "shown"),
    [
        ("金明子 13812345678", "金** 138****5678"),
        ("13812345678", "138****5678"),
        ("0433-2712345", "0433-2****45"),
        ("3号楼 朴女士", "3号* 朴**"),
        ("", ""),
    ],
)
def test_contacts_are_masked(contact: str, shown: str) -> None:
    assert contacts.masked(contact) == shown


def assignment(**changes: str) -> Assignment:
    values = {"community": COMMUNITY, "organisation": f"{COUNTY}.health", "domain": "health"}
    return Assignment(
        county=COUNTY, id=new_id(), version=1, **{**values, "state": "open", **changes}
    )


def test_a_community_answers_once() -> None:
    refused = assignments.refuse(assignment(), RefusalReason.NO_FUNDS, None)
    assert refused.state == "refused"
    assert assignments.complete(assignment()).state == "done"
    with pytest.raises(AssignmentNotOpen):
        assignments.complete(refused)
    with pytest.raises(ValidationFailed):
        assignments.refuse(assignment(), RefusalReason.OTHER, "")


def test_orders_have_a_community_and_a_future() -> None:
    assignments.check_order(COMMUNITY, NOW + timedelta(days=1), NOW)
    with pytest.raises(ValidationFailed) as caught:
        assignments.check_order("222406001", NOW, NOW)
    assert [fault.pointer for fault in caught.value.faults] == ["/community", "/due_at"]


def test_indicators_have_meaning_and_never_a_ranking() -> None:
    counts = [
        Count("response_rate", f"{COUNTY}.market", None, Decimal(1), 1),
        Count("response_rate", f"{COUNTY}.health", None, Decimal(0), 1),
        Count("response_rate", None, None, Decimal(1), 3),
        Count("whistles_by_kind", None, "peace", Decimal(2), 5),
    ]
    items = indicators.indicators(counts)
    rates = [item for item in items if item["code"] == "response_rate"]
    assert [item["organisation"] for item in rates] == [
        None,
        f"{COUNTY}.health",
        f"{COUNTY}.market",
    ], "by code, not by value"
    assert rates[0]["value"] == 33.33
    (peace,) = [item for item in items if item["code"] == "whistles_peace"]
    assert (peace["figure"], peace["value"], peace["name_zh"]) == ("44", 2, "平安哨")
    absent = [item for item in items if item["code"] == "satisfaction_rate"]
    assert absent[0]["value"] is None
    for item in items:
        assert item["name_zh"]
        assert item["name_ko"]
        assert item["name_en"]
        assert "分子" in item["definition"]


LIMITS = Limits(
    sign_within_s=14_400,
    arrive_within_s=86_400,
    close_within_s=604_800,
    rework_within_s=259_200,
    escalate_every_s=86_400,
)
PRESENT = datetime(2026, 11, 24, tzinfo=UTC)


DOMAINS = ("public_security", "social_security", "housing", "health", "education", "culture",
           "transport", "market", "family_planning")  # fmt: skip
CAST = Cast(
    actor("grid_worker"),
    actor("street_officer"),
    {
        domain: actor(
            "department_officer", organisation=f"{COUNTY}.{domain}", subject=f"dept.{domain}"
        )
        for domain in DOMAINS
    },
)


def stories(seed: int, count: int, end: str | None = None) -> list[Story]:
    dice = Dice(Random(seed))  # noqa: S311 — invented stories, no secrets
    return [
        telling.tell(dice, CAST, GRID, limits=lambda _: LIMITS, now=PRESENT, end=end)
        for _ in range(count)
    ]


def test_stories_obey_the_rules() -> None:
    told = stories(1, 300)
    for story in told:
        w, times = story.whistle, [line.at for line in story.lines]
        assert times == sorted(times)
        assert times[-1] <= PRESENT
        assert w.version == len(story.lines)
        assert (w.state is State.CLOSED) == (w.outcome is not None) == ("closed" in story.stamps)
        assert all(missed.fired_at >= missed.alarm.due_at for missed in story.missed)
        assert all(due_at >= PRESENT for _, _, due_at in story.pending)
        assert all(leg.state is LegState.DONE for leg in w.legs) or not story.ratings
        watched = {alarm for alarm, _, _ in story.pending}
        told_out = {missed.alarm for missed in story.missed if missed.level == 3}
        assert deadlines.alarms(w) <= watched | told_out
    states = {story.whistle.state for story in told}
    assert states == set(State)
    assert any(story.whistle.round > 1 for story in told)
    assert any(story.missed for story in told)
    assert sum(s.whistle.state is State.CLOSED for s in told) > 180


class Hasty(Dice):
    """Lets a story begin so late that the present cuts it off anywhere."""

    def age(self, end: str, limits: Limits) -> timedelta:
        assert end == "closed"
        of = limits.close_within_s if self.chance(0.6) else limits.sign_within_s // 8
        return self.share(3 * of)


def test_stories_stop_at_the_present_wherever_they_are() -> None:
    dice = Hasty(Random(11))  # noqa: S311 — invented stories, no secrets
    told = [
        telling.tell(dice, CAST, GRID, limits=lambda _: LIMITS, now=PRESENT, end="closed")
        for _ in range(600)
    ]
    states = {story.whistle.state for story in told}
    assert states >= set(State) - {State.RESULT_SUBMITTED, State.VERIFIED, State.RATED}
    assert all(line.at <= PRESENT for story in told for line in story.lines)


def test_stories_come_from_the_seed_alone() -> None:
    assert stories(5, 20) == stories(5, 20)
    assert stories(5, 20) != stories(6, 20)


@pytest.mark.parametrize("end", ["result_submitted", "handling", "dispatched", "closed"])
def test_stories_get_where_they_are_sent(end: str) -> None:
    assert {story.whistle.state for story in stories(3, 200, end)} == {State(end)}
