"""Who may carry what away."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.registry.domain.askers import Asker
from services.registry.domain.catalogue import Catalogue, FieldNotReadable, UnknownField
from services.registry.domain.exports import plans
from services.registry.domain.exports.errors import ExportTooBroad, FieldNotExportable
from services.registry.domain.exports.plans import Plan
from services.registry.domain.filters import Asked, AskedCondition
from tests.factories.registry import COMMUNITY, COUNTY, catalogue_field

CATALOGUE = Catalogue(
    [
        catalogue_field(code="name", owner="public_security", readers=frozenset({"health"})),
        catalogue_field(
            code="document",
            owner="public_security",
            readers=frozenset({"health"}),
            sensitivity="sensitive",
        ),
        catalogue_field(code="illness", sensitivity="sensitive", readers=frozenset({"housing"})),
        catalogue_field(code="alone", readers=frozenset({"housing"})),
        catalogue_field(code="tenure", owner="housing", readers=frozenset({"health"})),
    ],
    {},
)
HEALTH = Asker(frozenset({"department_system"}), frozenset({"health"}))
HOUSING = Asker(frozenset({"department_officer"}), frozenset({"housing"}))
COUNTY_OFFICER = Asker(frozenset({"county_officer"}), frozenset())
CONDITION = AskedCondition("alone", "eq", value=True)


def permitted(asker: Asker, *codes: str, within: str = COMMUNITY, **asked: Any) -> Any:
    fields, own = plans.permitted(codes, CATALOGUE, Asked(within, **asked), asker)
    return [f.code for f in fields], own


def test_columns_stand_in_the_order_asked_and_once() -> None:
    assert permitted(HEALTH, "tenure", "name", "tenure") == (["tenure", "name"], ())


def test_a_sensitive_value_leaves_only_for_its_owner_and_a_number_masked_for_all() -> None:
    assert permitted(HEALTH, "illness", "document")[0] == ["illness", "document"]
    with pytest.raises(FieldNotExportable) as refused:
        permitted(HOUSING, "alone", "illness")
    assert refused.value.extra == {"fields": ["illness"]}


def test_what_cannot_be_read_cannot_be_exported() -> None:
    with pytest.raises(FieldNotReadable):
        permitted(COUNTY_OFFICER, "illness")
    with pytest.raises(UnknownField):
        permitted(HEALTH, "shoe_size")


@pytest.mark.parametrize("asker", [HEALTH, HOUSING, COUNTY_OFFICER])
def test_a_whole_county_needs_a_condition(asker: Asker) -> None:
    with pytest.raises(ExportTooBroad):
        permitted(asker, "tenure", "alone", within=COUNTY)
    assert permitted(asker, "tenure", "alone", within=COUNTY, where=[CONDITION])[1] == ()
    assert permitted(asker, "tenure", within=COUNTY, name="金哲")[1] == ()


def test_a_department_may_have_its_own_fields_of_those_who_have_them() -> None:
    assert permitted(HEALTH, "name", "alone", within=COUNTY) == (["name", "alone"], ("alone",))
    with pytest.raises(ExportTooBroad):
        permitted(HEALTH, "name", within=COUNTY)


def test_each_role_has_a_most_and_the_furthest_counts() -> None:
    assert plans.most(frozenset({"grid_worker"})) == 0
    assert plans.most(frozenset()) == 0
    roles = frozenset({"community_officer", "grid_worker", "street_officer"})
    assert plans.most(roles) == plans.MOST["street_officer"]


def test_what_was_looked_at_is_named_without_a_value() -> None:
    asked = Asked(COUNTY, name="金哲洙", phone="15412345678", where=[CONDITION, CONDITION])
    assert plans.filtered_by(asked) == ["name", "phone", "alone"]


@given(
    st.builds(
        Plan,
        st.sampled_from(["xlsx", "csv", "parquet", "ndjson"]),
        st.lists(st.text(), max_size=3).map(tuple),
        own=st.lists(st.text(), max_size=3).map(tuple),
    )
)
def test_a_plan_survives_json(plan: Plan) -> None:
    assert Plan.of_json(plan.as_json()) == plan
    assert plans.usual_values(plan.format) == (
        "label" if plan.format in {"xlsx", "csv"} else "code"
    )
