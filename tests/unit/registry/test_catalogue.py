"""Who may read and record which field."""

import csv
from importlib import resources

import pytest

from services.common.errors import ValidationFailed
from services.registry.domain import catalogue
from services.registry.domain.catalogue import (
    CORE,
    Catalogue,
    FieldNotCollectable,
    FieldNotReadable,
    UnknownField,
)

NONE: frozenset[str] = frozenset()


@pytest.fixture(scope="module")
def fields() -> Catalogue:
    text = resources.files("services.registry").joinpath("reference/fields.csv").read_text("utf-8")
    return Catalogue(catalogue.fields_from(csv.DictReader(text.splitlines())), {})


def test_every_column_of_the_record_is_in_the_catalogue(fields: Catalogue) -> None:
    assert fields.keys() >= CORE
    assert len(fields) == 54


@pytest.mark.parametrize(
    ("code", "role", "domain", "may"),
    [
        ("chronic_disease", "department_system", "health", True),
        ("chronic_disease", "department_officer", "housing", False),
        ("disability", "department_system", "social_security", True),
        ("ethnic", "department_system", "health", False),
        ("name", "department_system", "transport", False),
        ("tenure", "grid_worker", None, True),
        ("chronic_disease", "grid_worker", None, False),
        ("document", "county_officer", None, False),
        ("phone", "resident_desk", None, True),
        ("business_name", "secretariat", None, False),
        ("tenure", "grid_worker", "health", True),
    ],
)
def test_reading_follows_owner_readers_and_sensitivity(
    fields: Catalogue, code: str, role: str, domain: str | None, *, may: bool
) -> None:
    domains = frozenset([domain]) if domain else NONE
    assert fields[code].readable_by(frozenset([role]), domains) is may


def test_domains_of_somebody_who_is_no_department_open_nothing(fields: Catalogue) -> None:
    assert not fields["chronic_disease"].readable_by(
        frozenset(["grid_worker"]), frozenset(["health"])
    )


@pytest.mark.parametrize(
    ("code", "role", "domain", "may"),
    [
        ("phone", "grid_worker", None, True),
        ("phone", "community_officer", None, True),
        ("phone", "street_officer", None, False),
        ("phone", "department_system", "public_security", False),
        ("name", "department_system", "public_security", True),
        ("name", "department_system", "health", False),
        ("name", "grid_worker", None, False),
        ("name_pinyin", "department_system", "public_security", False),
    ],
)
def test_recording_follows_who_collects(
    fields: Catalogue, code: str, role: str, domain: str | None, *, may: bool
) -> None:
    domains = frozenset([domain]) if domain else NONE
    assert fields[code].collected_from(frozenset([role]), domains) is may


def test_fields_are_named_in_the_catalogues_order_and_once(fields: Catalogue) -> None:
    named = fields.named(["phone", "name", "phone"], "/fields")
    assert [field.code for field in named] == ["name", "phone"]


def test_naming_none_or_unknown_ones_is_refused(fields: Catalogue) -> None:
    with pytest.raises(ValidationFailed):
        fields.named([], "/fields")
    with pytest.raises(UnknownField) as caught:
        fields.named(["name", "x", "y", "x"], "/*")
    assert [fault.pointer for fault in caught.value.faults] == ["/x", "/y"]


def test_what_may_not_be_read_or_recorded_is_listed(fields: Catalogue) -> None:
    asked = fields.named(["name", "ethnic"], "/fields")
    with pytest.raises(FieldNotReadable) as unread:
        fields.readable(asked, frozenset(["department_system"]), frozenset(["health"]))
    assert unread.value.extra == {"fields": ["ethnic"]}
    with pytest.raises(FieldNotCollectable) as foreign:
        fields.collectable(asked, frozenset(["grid_worker"]), NONE)
    assert foreign.value.extra == {"fields": ["name", "ethnic"]}
    fields.readable(asked, frozenset(["department_system"]), frozenset(["public_security"]))


def test_sensitive_fields_and_telephone_numbers_are_sealed(fields: Catalogue) -> None:
    sealed = {code for code, field in fields.items() if field.is_sealed}
    assert {"document", "phone", "ethnic", "chronic_disease", "guardian"} <= sealed
    assert not {"name", "tenure", "volunteer"} & sealed
