"""The reference data: complete, consistent, and flagged by the rule its README states."""

import csv
import json
from collections import Counter, defaultdict
from importlib import resources
from typing import Any

import pytest

from services.registry.domain import areas
from services.registry.domain.organisations import DEPARTMENTS

FOLDER = resources.files("services.registry") / "reference"


def rows(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader((FOLDER / name).read_text(encoding="utf-8").splitlines()))


def code_sets() -> dict[str, Any]:
    document = json.loads((FOLDER / "code_sets.json").read_text(encoding="utf-8"))
    return {entry["code"]: entry for entry in document["sets"]}


def test_every_division_of_the_prefecture_is_there() -> None:
    divisions = areas.divisions_from(rows("divisions.csv"))
    assert Counter(d.level for d in divisions) == {
        "prefecture": 1,
        "county": 8,
        "street": 118,
        "community": 1525,
    }
    codes = {d.code for d in divisions}
    assert len(codes) == len(divisions)
    assert all(d.parent in codes for d in divisions if d.level != "prefecture")
    assert all((areas.parent_of(d.code) or "") == d.parent for d in divisions)


def test_urban_communities_follow_the_stated_rule() -> None:
    divisions = areas.divisions_from(rows("divisions.csv"))
    streets = {d.code for d in divisions if d.level == "street" and d.name.endswith("街道")}
    of_street = defaultdict(list)
    for d in divisions:
        special = "特殊社区" in d.name
        if d.level == "community" and d.parent in streets and d.code[9:] < "200" and not special:
            of_street[d.parent].append(d.code)
    ranked = sorted(
        (rank, code)
        for candidates in of_street.values()
        for rank, code in enumerate(sorted(candidates))
    )
    assert len(ranked) == 188
    assert {d.code for d in divisions if d.urban} == {code for _, code in ranked[:175]}


def test_urban_places_have_names_in_three_languages() -> None:
    divisions = areas.divisions_from(rows("divisions.csv"))
    named = [d for d in divisions if d.urban or d.level in {"prefecture", "county"}]
    named += [d for d in divisions if d.level == "street" and d.name.endswith("街道")]
    assert all(d.name_ko and d.name_en for d in named)
    helong = next(d for d in divisions if d.code == "222406")
    assert (helong.name, helong.name_ko, helong.name_en) == ("和龙市", "화룡시", "Helong City")


def test_every_field_is_well_described() -> None:
    fields = rows("fields.csv")
    sets = code_sets()
    codes = [field["code"] for field in fields]
    assert len(set(codes)) == len(codes) >= 40
    for field in fields:
        readers = field["reader_domains"].split()
        assert {field["owner_domain"], *readers} <= set(DEPARTMENTS)
        assert field["owner_domain"] not in readers
        assert field["sensitivity"] in {"public", "internal", "personal", "sensitive"}
        assert field["collected_by"] in {"grid_worker", "department", "derived"}
        assert (field["type"] == "code") == bool(field["code_set"])
        assert not field["code_set"] or field["code_set"] in sets
        assert not field["freshness_days"] or int(field["freshness_days"]) > 0
        assert all(field[f"name_{language}"] for language in ("zh", "ko", "en"))
        assert field["legal_basis"]


def test_every_domain_owns_fields() -> None:
    owners = Counter(field["owner_domain"] for field in rows("fields.csv"))
    assert set(owners) == set(DEPARTMENTS)
    assert min(owners.values()) >= 3


def test_religion_is_not_asked_and_ethnic_group_is_not_shared() -> None:
    fields = {field["code"]: field for field in rows("fields.csv")}
    assert not any("宗教" in field["name_zh"] for field in fields.values())
    assert fields["ethnic"]["owner_domain"] == "public_security"
    assert fields["ethnic"]["reader_domains"] == ""
    assert fields["ethnic"]["sensitivity"] == "sensitive"


@pytest.mark.parametrize(
    ("code", "value", "name"),
    [
        ("sex", "2", "女"),
        ("marital_status", "30", "丧偶"),
        ("ethnic_group", "10", "朝鲜族"),
        ("ethnic_group", "56", "基诺族"),
        ("education_level", "70", "初级中学教育"),
        ("family_relation", "1", "配偶"),
        ("political_status", "13", "群众"),
    ],
)
def test_national_code_sets_keep_their_values(code: str, value: str, name: str) -> None:
    entry = code_sets()[code]
    assert entry["standard"].startswith("GB/T ")
    assert {v["code"]: v["name_zh"] for v in entry["values"]}[value] == name


def test_code_values_are_unique_and_named() -> None:
    for entry in code_sets().values():
        values = [value["code"] for value in entry["values"]]
        assert len(set(values)) == len(values)
        assert all(v[f"name_{lang}"] for v in entry["values"] for lang in ("zh", "ko", "en"))
