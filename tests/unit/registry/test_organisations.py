"""Organisations that follow from the divisions."""

from collections import Counter

from services.registry.domain import demo, organisations
from services.registry.store import reference


def test_every_code_stands_for_one_organisation_in_its_area() -> None:
    made = list(organisations.organisations_of(reference.divisions()))
    codes = [organisation.code for organisation in made]
    assert len(set(codes)) == len(codes)
    assert all(organisation.code.startswith(organisation.area) for organisation in made)
    by_code = {organisation.code: organisation for organisation in made}
    assert by_code["222406.health"].name_zh == "和龙市卫生健康局"
    assert by_code["222406001"].name_zh == "民慧街道办事处"
    assert by_code["222406001001"].name_zh == "爱民社区居民委员会"
    assert {o.domain for o in made if o.domain} == set(organisations.DOMAINS)


def test_a_scale_has_the_organisations_of_its_places() -> None:
    plan = demo.plan(reference.divisions(), "prefecture")
    made = list(organisations.organisations_of(plan.places))
    assert all(o.name_zh and o.name_ko and o.name_en for o in made)
    assert Counter(o.kind for o in made) == {
        "department": 81,
        "government_office": 9,
        "civil_affairs": 9,
        "joint_meeting": 9,
        "finance": 9,
        "street_office": 30,
        "community_committee": 175,
    }
