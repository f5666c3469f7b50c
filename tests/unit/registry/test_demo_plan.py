"""The plan of the demo: how many, where, and the same for every scale."""

import csv
from collections import Counter
from functools import lru_cache
from importlib import resources

import pytest

from services.registry.domain import areas
from services.registry.domain.areas import Division
from services.registry.domain.demo import (
    DemoPlan,
    Scale,
    accounts,
    division_rows,
    plan,
    profile,
)
from services.registry.domain.organisations import organisations_of


@lru_cache
def divisions() -> tuple[Division, ...]:
    source = resources.files("services.registry") / "reference" / "divisions.csv"
    return areas.divisions_from(csv.DictReader(source.read_text(encoding="utf-8").splitlines()))


@lru_cache
def demo(scale: Scale) -> DemoPlan:
    return plan(divisions(), scale)


def test_the_prefecture_has_the_size_of_the_survey_report() -> None:
    whole = demo("prefecture")
    assert len(whole.grids) == 1404
    assert len(whole.communities) == 175
    assert len(whole.counties) == 8
    assert {grid.community for grid in whole.grids} == {c.code for c in whole.communities}
    assert 545_000 < whole.households < 580_000


def test_most_grids_have_300_to_500_households_and_a_few_do_not() -> None:
    sizes = [grid.households for grid in demo("prefecture").grids]
    outside = [size for size in sizes if not 300 <= size <= 500]
    assert 20 <= len(outside) <= 100
    assert min(sizes) >= 150
    assert max(sizes) <= 700


def test_communities_differ_in_size() -> None:
    counts = Counter(grid.community for grid in demo("prefecture").grids)
    assert min(counts.values()) >= 2
    assert max(counts.values()) >= 12
    assert 7 <= sum(counts.values()) / len(counts) <= 9


def test_smaller_scales_are_slices_of_the_prefecture() -> None:
    whole, county, tiny = demo("prefecture"), demo("county"), demo("tiny")
    assert county.grids == whole.within("222406")
    assert [c.code for c in county.communities] == [
        c for c in whole.community_codes if c.startswith("222406")
    ]
    assert set(tiny.grids) < set(county.grids)
    assert [c.code for c in tiny.communities] == ["222406001001", "222406001003"]
    assert [grid.code[-3:] for grid in tiny.grids] == ["001", "002", "001", "002"]


def test_grids_are_numbered_once_across_the_prefecture() -> None:
    whole = demo("prefecture")
    assert [grid.index for grid in whole.grids] == list(range(1404))
    assert [grid.code for grid in whole.grids] == sorted(grid.code for grid in whole.grids)
    roads = Counter((grid.community, grid.road) for grid in whole.grids)
    assert set(roads.values()) == {1}


def test_another_seed_gives_another_plan() -> None:
    assert plan(divisions(), "county", "other").grids != demo("county").grids
    assert plan(reversed(divisions()), "county").grids == demo("county").grids


def test_a_county_without_urban_communities_is_refused() -> None:
    rural = [d._replace(urban=d.urban and not d.code.startswith("222426")) for d in divisions()]
    with pytest.raises(ValueError, match="222426"):
        plan(rural, "county")


def test_more_grids_than_roads_still_have_an_address_of_their_own() -> None:
    few = [
        d._replace(urban=d.urban and (d.parent == "222401001" or d.code[:6] != "222401"))
        for d in divisions()
    ]
    roads = Counter((grid.community, grid.road) for grid in plan(few, "prefecture").grids)
    assert set(roads.values()) == {1}
    assert max(Counter(community for community, _ in roads).values()) > len(profile.ROADS)


def test_division_rows_come_after_their_parents() -> None:
    seen: set[str | None] = {None}
    for row in division_rows(divisions()):
        assert row[5] in seen
        seen.add(row[0])
    assert len(seen) == 1653


def test_every_role_can_sign_in() -> None:
    everybody = list(accounts(demo("county")))
    assert {account.role for account in everybody} == {
        "grid_worker",
        "community_officer",
        "street_officer",
        "department_officer",
        "department_system",
        "county_officer",
        "secretariat",
        "approver",
        "finance_officer",
        "resident_desk",
        "system_admin",
        "security_admin",
        "auditor",
    }
    logins = [account.login for account in everybody]
    assert len(set(logins)) == len(logins)
    offices = {office.code for office in organisations_of(demo("county").places)}
    assert {account.organisation for account in everybody} <= offices
    assert sum(account.role == "grid_worker" for account in everybody) == len(demo("county").grids)


def test_accounts_reach_no_further_than_their_office() -> None:
    by_login = {account.login: account for account in accounts(demo("tiny"))}
    worker = by_login["grid.222406001001001"]
    assert (worker.kind, worker.areas, worker.domains) == ("person", ("222406001001001",), ())
    assert worker.organisation == "222406001001"
    officer = by_login["dept.222406.health"]
    assert (officer.areas, officer.domains) == (("222406",), ("health",))
    system = by_login["sys.222406.housing"]
    assert (system.kind, system.role) == ("system", "department_system")
    assert by_login["approver.222406"].organisation == "222406.joint_meeting"


def test_an_account_keeps_its_name_in_every_scale() -> None:
    tiny = {account.login: account for account in accounts(demo("tiny"))}
    whole = {account.login: account for account in accounts(demo("prefecture"))}
    assert all(whole[login] == account for login, account in tiny.items())
