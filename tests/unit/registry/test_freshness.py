"""Which values have grown old."""

from dataclasses import replace
from datetime import date

from services.registry.domain import freshness
from tests.factories.registry import catalogue_field

TODAY = date(2026, 11, 24)
FIELD = catalogue_field()
PHONE = replace(FIELD, code="phone", freshness_days=365)
FACT = replace(FIELD, code="volunteer", freshness_days=10)


def test_only_what_ages_and_grid_workers_collect_is_asked_again() -> None:
    department = replace(FIELD, freshness_days=1, collected_by="department")
    assert freshness.aging([FIELD, PHONE, department]) == (PHONE,)


def test_a_value_is_stale_on_the_day_after_its_time() -> None:
    entry = {"volunteer": {"observed_on": "2026-11-14"}}
    assert freshness.stale([FACT], entry, frozenset(), TODAY, TODAY) == []
    entry = {"volunteer": {"observed_on": "2026-11-13"}}
    assert freshness.stale([FACT], entry, frozenset(), TODAY, TODAY) == ["volunteer"]


def test_a_column_without_an_entry_is_as_old_as_the_record() -> None:
    old = date(2025, 11, 1)
    assert freshness.stale([PHONE], {}, frozenset({"phone"}), old, TODAY) == ["phone"]
    newer = {"phone": {"observed_on": "2026-11-01"}}
    assert freshness.stale([PHONE], newer, frozenset({"phone"}), old, TODAY) == []


def test_what_has_no_value_is_not_stale() -> None:
    assert freshness.stale([PHONE, FACT], {}, frozenset(), date(2000, 1, 1), TODAY) == []
