"""Organisations that follow from the divisions."""

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


def test_the_demo_names_the_same_organisations() -> None:
    divisions = reference.divisions()
    known = {o.code: (o.kind, o.domain) for o in organisations.organisations_of(divisions)}
    for code, kind, *_, domain, _ in demo.organisations(demo.plan(divisions, "prefecture")):
        assert known[code] == (kind, domain)
