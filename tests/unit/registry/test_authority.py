"""The authority matrix."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.common.errors import ValidationFailed
from services.registry.domain import authority
from services.registry.domain.authority import UNLISTED, Matrix, Row, Standing
from services.registry.domain.organisations import DOMAINS
from tests.factories.registry import catalogue_field
from tests.unit.registry.test_import_columns import CATALOGUE

FIRST = Matrix.first(CATALOGUE)
DAY = date(2026, 11, 1)


def test_at_first_the_owner_comes_first_and_everybody_else_second() -> None:
    assert FIRST.version == 1
    for code, field in CATALOGUE.items():
        ranks = {domain: FIRST.order(field).of(domain) for domain in authority.SPEAKERS}
        assert ranks.pop(field.owner) == Standing(1), code
        assert set(ranks.values()) == {Standing(2)}
    assert FIRST.aging(CATALOGUE.values()) == ()


def test_a_version_is_its_rows() -> None:
    assert Matrix.of(1, FIRST.rows) == FIRST
    assert len(FIRST.rows) == len(CATALOGUE) * (len(DOMAINS) + 1)
    assert Matrix.of(2, [Row("phone", "housing", None)]).cells == {}


def test_a_field_that_is_newer_than_the_matrix_belongs_to_its_owner() -> None:
    order = FIRST.order(catalogue_field(code="new", owner="market"))
    assert (order.of("market"), order.of("health")) == (Standing(1), Standing(2))
    assert order.of("elsewhere") == UNLISTED


def test_a_version_can_be_made_from_another_and_changes() -> None:
    changes = [Row("phone", "housing", 1, 365), Row("phone", "market", None)]
    changed = Matrix.of(2, FIRST.changed(changes))
    phone = changed.order(CATALOGUE["phone"])
    assert (phone.of("housing"), phone.of("market")) == (Standing(1, 365), UNLISTED)
    assert phone.ages
    assert changed.aging(CATALOGUE.values()) == ("phone",)
    assert changed.differing(FIRST, CATALOGUE) == ("phone",)


@given(st.integers(1, 1000), st.integers(-1000, 1000))
def test_a_word_bears_until_its_age(max_age_days: int, days: int) -> None:
    standing = Standing(1, max_age_days)
    assert standing.bears(DAY - timedelta(days=days), DAY) == (days <= max_age_days)
    assert Standing(1).bears(DAY - timedelta(days=days), DAY)


def test_rows_name_known_fields_and_domains_once() -> None:
    rows = [Row("x", "health", 1), Row("phone", "x", 1), Row("sex", "health", 2)] * 2
    with pytest.raises(ValidationFailed) as refused:
        authority.check(rows, CATALOGUE, "/ranks")
    assert [(f.pointer, f.code) for f in refused.value.faults] == [
        ("/ranks/0/field", "unknown-field"),
        ("/ranks/1/domain", "unknown-domain"),
        ("/ranks/3/field", "unknown-field"),
        ("/ranks/3", "named-twice"),
        ("/ranks/4/domain", "unknown-domain"),
        ("/ranks/4", "named-twice"),
        ("/ranks/5", "named-twice"),
    ]
    authority.check(FIRST.rows, CATALOGUE, "/ranks")


def test_every_field_has_somebody_whose_word_comes_first() -> None:
    authority.complete(FIRST.rows, CATALOGUE, "/ranks")
    with pytest.raises(ValidationFailed, match="phone"):
        authority.complete([r for r in FIRST.rows if r.field != "phone"], CATALOGUE, "/ranks")
