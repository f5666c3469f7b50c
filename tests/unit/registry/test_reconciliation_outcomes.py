"""How what was found is named, added up and told."""

from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.registry.domain.catalogue import Catalogue
from services.registry.domain.reconciliations import outcomes
from services.registry.domain.reconciliations.views import Difference, Holder, Teller
from tests.factories.registry import catalogue_field

SUMMARIES = st.dictionaries(
    st.sampled_from(["rows", "persons", "fields:phone"]),
    st.dictionaries(st.sampled_from(["changed", "same", "total"]), st.integers(0, 9)),
)
CATALOGUE = Catalogue(
    [
        catalogue_field(code="name", owner="public_security", readers=frozenset({"health"})),
        catalogue_field(code="dwelling", owner="public_security", readers=frozenset({"health"})),
        catalogue_field(code="document", owner="public_security", readers=frozenset({"health"})),
        catalogue_field(code="phone", owner="public_security", readers=frozenset({"health"})),
        catalogue_field(code="illness"),
    ],
    {},
)
HOLDER = Holder(str(UUID(int=1)), "金哲洙", "222406001001001", "resident_id", "229999199001010018")


@pytest.mark.parametrize(
    ("agrees", "shown", "outcome"),
    [
        (True, True, "confirmed"),
        (True, False, "same"),
        (False, True, "changed"),
        (False, False, "contradicting"),
    ],
)
def test_the_outcome_of_a_value(agrees: Any, shown: Any, outcome: str) -> None:
    assert outcomes.of_value(agrees=agrees, would_be_shown=shown) == outcome


def test_the_outcome_of_a_person_is_the_gravest_of_its_values() -> None:
    assert outcomes.of_person(["same", "contradicting", "changed"]) == "changed"
    assert outcomes.of_person(["confirmed", "contradicting"]) == "contradicting"
    assert outcomes.of_person(["confirmed"]) == outcomes.of_person([]) == "same"


@given(SUMMARIES, SUMMARIES, SUMMARIES)
def test_counts_add_up_in_any_order(first: Any, second: Any, third: Any) -> None:
    kept = {part: dict(counts) for part, counts in first.items()}
    left = outcomes.add(outcomes.add(first, second), third)
    assert left == outcomes.add(first, outcomes.add(third, second))
    assert first == kept


def test_a_summary_tells_every_count() -> None:
    summary: dict[str, dict[str, int]] = {}
    outcomes.count(summary, outcomes.field_part("phone"), "changed")
    outcomes.count(summary, "rows", "total", 3)
    assert outcomes.view(summary) == {
        "rows": {"total": 3, "rejected": 0, "duplicates": 0},
        "persons": dict.fromkeys(outcomes.OF_PERSONS, 0),
        "fields": {"phone": {"changed": 1, "contradicting": 0, "confirmed": 0, "same": 0}},
    }


def test_a_department_is_told_what_it_may_read() -> None:
    said = {
        "file": "15412345678",
        "file_observed_on": "2026-09-01",
        "registry": "15487654321",
        "source": "grid_visit",
        "domain": "public_security",
        "registry_observed_on": "2026-09-02",
    }
    difference = Difference(1, "contradicting", "phone", 7, said, HOLDER)
    health = Teller(CATALOGUE, "health").view(difference)
    assert health["resident"] == {
        "id": HOLDER.id,
        "name": "金哲洙",
        "grid": "222406001001001",
        "document": {"kind": "resident_id", "number": "229999********0018"},
    }
    assert health["file"] == {"value": "154****5678", "observed_on": "2026-09-01"}
    assert health["registry"]["value"] == "154****4321"
    transport = Teller(CATALOGUE, "transport").view(difference)
    assert transport["resident"] == {"id": HOLDER.id}
    assert transport["registry"] == {"hidden": True}


def test_persons_and_rows_are_told_without_values_of_the_registry() -> None:
    teller = Teller(CATALOGUE, "health")
    added = teller.view(
        Difference(1, "added", None, 3, {"document": "229999199001010018", "name": "新"}, None)
    )
    assert added["file"] == {
        "name": "新",
        "document": {"kind": "resident_id", "number": "229999********0018"},
    }
    rejected = teller.view(Difference(2, "rejected", None, 4, {"faults": [["姓名", "空"]]}, None))
    assert rejected["file"] == {"faults": [{"heading": "姓名", "reason": "空"}]}
    nameless = Holder(HOLDER.id, None, None, None, None)
    missing = teller.view(Difference(3, "missing", None, None, {}, nameless))
    assert (missing["file"], missing["registry"]) == (None, None)
    assert missing["resident"] == {"id": HOLDER.id, "name": None, "grid": None}
