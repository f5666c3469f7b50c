"""What may be lent: never more than there is, whatever changes later."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.identity.domain import delegations
from gateway.identity.domain.accounts import Account
from gateway.identity.domain.administration import ADMINISTRATORS, Rights
from services.common.ids import new_id

ROLES = ("grid_worker", "street_officer", "department_officer", "auditor")
AREAS = ("2224", "222406", "222406001", "222406001001", "222407")
DOMAINS = ("health", "housing")


def account(**changes: object) -> Account:
    basic = Account(
        id=new_id(),
        login="jin",
        name="金明子",
        organisation="222406001",
        roles=("street_officer",),
        areas=("222406001",),
        domains=(),
        password_hash="",
        is_disabled=False,
        is_demo=False,
        must_change_password=False,
        password_changed_at=datetime(2026, 11, 1, tzinfo=UTC),
    )
    return replace(basic, **changes)  # type: ignore[arg-type]  # members of an account


@st.composite
def rights(draw: st.DrawFn) -> Rights:
    def some(of: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(draw(st.lists(st.sampled_from(of), unique=True)))

    return Rights(some(ROLES), some(AREAS), some(DOMAINS))


@given(rights(), rights())
def test_what_is_used_was_lent_and_is_still_the_lenders(lent: Rights, left: Rights) -> None:
    lender = account(roles=left.roles, areas=left.areas, domains=left.domains)
    used = delegations.usable(lender, account(), lent)
    if used is None:
        return
    assert set(used.roles) <= set(lent.roles) & set(left.roles) - ADMINISTRATORS
    assert set(used.domains) <= set(lent.domains) & set(left.domains)
    assert all(area.startswith(left.areas) and area in lent.areas for area in used.areas)


@given(rights())
def test_administrators_and_the_closed_lend_nothing(lent: Rights) -> None:
    for role in ADMINISTRATORS:
        assert delegations.usable(account(roles=(role,)), account(), lent) is None
        assert delegations.usable(account(), account(roles=(role,)), lent) is None
    assert delegations.usable(account(is_disabled=True), account(), lent) is None


@pytest.mark.parametrize(
    ("organisation", "head", "is_below"),
    [
        ("222406001001", "222406001", True),
        ("222406001", "222406001", True),
        ("222406.health", "2224.health", True),
        ("222406001", "222406001001", False),
        ("222406.health", "222406", False),
        ("222406.housing", "222406.health", False),
        ("222407001", "222406001", False),
    ],
)
def test_what_lies_below_an_organisation(organisation: str, head: str, *, is_below: bool) -> None:
    assert delegations.is_below(organisation, head) is is_below


def test_a_day_ends_in_china() -> None:
    end = delegations.end_of(date(2026, 11, 24))
    assert end.astimezone(UTC) == datetime(2026, 11, 24, 16, tzinfo=UTC)
