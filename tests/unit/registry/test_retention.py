"""Which months are kept."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from services.registry.domain import retention
from services.registry.settings import RegistrySettings


@pytest.mark.parametrize(
    ("today", "months", "first"),
    [
        (date(2026, 11, 24), 36, date(2023, 11, 1)),
        (date(2026, 11, 1), 36, date(2023, 11, 1)),
        (date(2026, 1, 31), 1, date(2025, 12, 1)),
        (date(2026, 1, 31), 13, date(2024, 12, 1)),
        (date(2026, 12, 31), 12, date(2025, 12, 1)),
    ],
)
def test_the_oldest_month_that_stays(today: date, months: int, first: date) -> None:
    assert retention.first_kept_month(today, months) == first


@given(st.dates(date(1950, 1, 1), date(2150, 1, 1)), st.integers(1, 600))
def test_nothing_goes_early(today: date, months: int) -> None:
    first = retention.first_kept_month(today, months)
    apart = (today.year - first.year) * 12 + today.month - first.month
    assert (apart, first.day) == (months, 1)


@pytest.mark.parametrize(
    ("name", "month"),
    [
        ("accesses_202611", date(2026, 11, 1)),
        ("resident_history_202601", date(2026, 1, 1)),
        ("accesses_202613", None),
        ("accesses_default", None),
        ("accesses_20261", None),
    ],
)
def test_a_partition_tells_its_month(name: str, month: date | None) -> None:
    assert retention.month_of(name) == month


def test_access_records_cannot_be_kept_shorter_than_the_law_asks() -> None:
    with pytest.raises(ValidationError):
        RegistrySettings(
            database_url="postgresql://x", key_encryption_key="x", access_keep_months=35
        )
