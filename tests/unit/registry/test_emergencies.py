from datetime import UTC, datetime

import pytest

from services.registry.domain.emergencies import rules

NOON = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)


def test_contact_is_opened_and_health_only_to_save_a_life() -> None:
    for reason in ("disaster", "missing_person", "child_in_danger"):
        assert rules.fields_of(reason) == rules.CONTACT
    assert set(rules.HEALTH) <= set(rules.fields_of("life_rescue"))
    assert not {"document", "ethnic", "pregnancy_service"} & set(rules.fields_of("life_rescue"))


@pytest.mark.parametrize(
    ("scopes", "reach", "expected"),
    [
        (("222406001001",), "county", ("222406",)),
        (("222406001001", "222406002"), "county", ("222406",)),
        (("222406001001", "222401001"), "county", ("222406", "222401")),
        (("222406001001",), "prefecture", ("2224",)),
        (("", "222406"), "county", ("222406",)),
        ((), "prefecture", ()),
    ],
)
def test_reach_is_what_lies_around_the_callers_areas(
    scopes: tuple[str, ...], reach: rules.Reach, expected: tuple[str, ...]
) -> None:
    assert rules.reach_of(scopes, reach) == expected


def test_a_day_is_chinas_and_the_limit_says_when_it_begins_anew() -> None:
    assert rules.day_of(NOON) == datetime(2026, 11, 23, 16, 0, tzinfo=UTC)
    rules.require_left(2, 3, NOON)
    with pytest.raises(rules.EmergencyLimitReached) as refused:
        rules.require_left(3, 3, NOON)
    assert refused.value.extra == {"retry_after_s": 12 * 3600 + 1}
