"""What a filter must be; whatever is wrong with it, it never means everybody."""

import csv
import json
from datetime import date
from importlib import resources
from typing import Any

import pytest

from services.common.errors import DomainError, ValidationFailed
from services.registry.domain import catalogue, filters
from services.registry.domain.askers import Asker
from services.registry.domain.catalogue import Catalogue, FieldNotReadable, UnknownField
from services.registry.domain.filters import Asked, AskedCondition, FieldNotSearchable
from services.registry.domain.search import SearchTooBroad

TODAY = date(2026, 11, 24)
STREET = "222406001"
WORKER = Asker(frozenset(["grid_worker"]), frozenset())
HEALTH = Asker(frozenset(["department_officer"]), frozenset(["health"]))
EDUCATION = Asker(frozenset(["department_system"]), frozenset(["education"]))
TRANSPORT = Asker(frozenset(["department_system"]), frozenset(["transport"]))
POLICE = Asker(frozenset(["department_officer"]), frozenset(["public_security"]))


@pytest.fixture(scope="module")
def fields() -> Catalogue:
    files = resources.files("services.registry").joinpath("reference")
    text = files.joinpath("fields.csv").read_text("utf-8")
    sets = json.loads(files.joinpath("code_sets.json").read_text("utf-8"))["sets"]
    codes = {s["code"]: frozenset(v["code"] for v in s["values"]) for s in sets}
    return Catalogue(catalogue.fields_from(csv.DictReader(text.splitlines())), codes)


def asked(*where: tuple[str, str, Any], **others: Any) -> Asked:
    conditions = [AskedCondition(*condition) for condition in where]
    return Asked(**{"within": STREET, "where": conditions, **others})


def refused(fields: Catalogue, by: Asker, question: Asked) -> DomainError:
    with pytest.raises(DomainError) as caught:
        filters.check(question, fields, by, TODAY, "/filter")
    return caught.value


def faults(fields: Catalogue, by: Asker, question: Asked) -> list[tuple[str, str]]:
    error = refused(fields, by, question)
    assert isinstance(error, ValidationFailed)
    return [(fault.pointer, fault.code) for fault in error.faults]


def test_what_was_asked_for_is_kept_as_the_record_keeps_it(fields: Catalogue) -> None:
    question = asked(
        ("born_on", "ge", "1960-01-01"),
        ("employment_status", "in", ["employed", "retired"]),
        ("phone", "eq", "+86 154-1234-5678"),
        ("lives_alone", "missing", None),
        ("employment_status", "stale", None),
        name="金哲",
        phone="154 1234 5678",
        address="民慧街 12号Ａ",
        living=None,
    )
    found = filters.check(question, fields, WORKER, TODAY)
    assert [(c.field.code, c.op, c.value) for c in found.where] == [
        ("born_on", "ge", "1960-01-01"),
        ("employment_status", "in", ("employed", "retired")),
        ("phone", "eq", "15412345678"),
        ("lives_alone", "missing", None),
        ("employment_status", "stale", date(2026, 5, 28)),
    ]
    assert (found.name, found.phone, found.living) == ("金哲", "15412345678", None)
    assert found.address == ("民慧街", "12号a")


@pytest.mark.parametrize(
    ("condition", "fault"),
    [
        (("employment_status", "ne", "x"), ("op", "unknown-op")),
        (("employment_status", "eq", None), ("value", "required")),
        (("employment_status", "eq", "nonsense"), ("value", "code-not-valid")),
        (("employment_status", "eq", ["employed"]), ("value", "code-not-valid")),
        (("employment_status", "in", "employed"), ("value", "list")),
        (("employment_status", "in", []), ("value", "list")),
        (("employment_status", "in", ["employed"] * 51), ("value", "list")),
        (("employment_status", "in", ["employed", "x"]), ("value/1", "code-not-valid")),
        (("employment_status", "in", ["employed", None]), ("value/1", "required")),
        (("employment_status", "ge", "employed"), ("op", "op-not-fit")),
        (("employment_status", "missing", False), ("value", "extra-forbidden")),
        (("employment_status", "stale", 3), ("value", "extra-forbidden")),
        (("born_on", "stale", None), ("op", "op-not-fit")),
        (("born_on", "ge", "1960"), ("value", "date-not-valid")),
        (("born_on", "eq", "2026-11-25"), ("value", "date-not-valid")),
        (("children_count", "ge", "2"), ("value", "integer-not-valid")),
        (("children_count", "eq", True), ("value", "integer-not-valid")),
        (("children_count", "le", 10**12), ("value", "integer-not-valid")),
        (("lives_alone", "eq", "true"), ("value", "boolean-not-valid")),
        (("phone", "eq", "12"), ("value", "phone-not-valid")),
        (("phone", "ge", "15412345678"), ("op", "op-not-fit")),
        (("household_id", "eq", "x"), ("value", "id-not-valid")),
        (("dwelling", "eq", "2"), ("value", "area-not-valid")),
    ],
)
def test_a_condition_that_does_not_fit_is_pointed_at(
    fields: Catalogue, condition: tuple[str, str, Any], fault: tuple[str, str]
) -> None:
    place, code = fault
    assert faults(fields, WORKER, asked(condition)) == [(f"/filter/where/0/{place}", code)]


def test_all_faults_are_told_at_once(fields: Catalogue) -> None:
    question = asked(
        ("sex", "like", "1"),
        ("sex", "eq", "1"),
        ("sex", "eq", "7"),
        name="·",
        phone="x",
        address="号",
    )
    assert faults(fields, WORKER, question) == [
        ("/filter/where/0/op", "unknown-op"),
        ("/filter/where/2/value", "code-not-valid"),
        ("/filter/phone", "phone-not-valid"),
        ("/filter/address", "too-short"),
    ]
    assert faults(fields, WORKER, asked(name="  ")) == [("/filter/name", "name-not-valid")]


def test_an_unknown_field_is_refused(fields: Catalogue) -> None:
    error = refused(fields, WORKER, asked(("sex", "eq", "1"), ("height", "ge", 3)))
    assert isinstance(error, UnknownField)
    assert error.faults[0].pointer == "/filter/where/1/field"


@pytest.mark.parametrize("within", ["", "2", "22240", "x" * 12, "*", "222406001001001 "])
def test_no_area_is_not_everywhere(fields: Catalogue, within: str) -> None:
    assert faults(fields, WORKER, asked(within=within)) == [("/filter/within", "area-code")]


def test_too_many_conditions_are_refused(fields: Catalogue) -> None:
    question = asked(*[("sex", "eq", "1")] * 11)
    assert faults(fields, WORKER, question) == [("/filter/where", "too-long")]


@pytest.mark.parametrize(
    ("by", "question"),
    [
        (WORKER, asked(("chronic_disease", "eq", "diabetes"))),
        (EDUCATION, asked(("pension_insurance", "missing", None))),
        (TRANSPORT, asked(name="金哲")),
        (TRANSPORT, asked(phone="15412345678")),
        (Asker(frozenset(["auditor"]), frozenset()), asked(address="民慧街")),
    ],
)
def test_what_the_caller_may_not_read_is_no_key(
    fields: Catalogue, by: Asker, question: Asked
) -> None:
    assert isinstance(refused(fields, by, question), FieldNotReadable)


@pytest.mark.parametrize("by", [WORKER, HEALTH, POLICE])
@pytest.mark.parametrize("op", ["eq", "in", "missing", "anything"])
@pytest.mark.parametrize("field", ["ethnic", "document"])
def test_nobody_searches_by_ethnic_group_or_document(
    fields: Catalogue, by: Asker, op: str, field: str
) -> None:
    assert isinstance(refused(fields, by, asked((field, op, "13"))), FieldNotSearchable)


def test_a_sensitive_field_is_a_key_for_its_owner_only(fields: Catalogue) -> None:
    disabled = asked(("disability", "in", ["physical"]))
    social = Asker(HEALTH.roles, frozenset(["social_security"]))
    assert fields["disability"].readable_by(social.roles, social.domains)
    assert isinstance(refused(fields, social, disabled), FieldNotSearchable)
    worker_of_health = Asker(WORKER.roles, HEALTH.domains)
    assert isinstance(refused(fields, worker_of_health, disabled), FieldNotReadable)
    assert filters.check(asked(("family_doctor", "eq", "李")), fields, HEALTH, TODAY).where
    for op in ("missing", "stale"):
        assert faults(fields, HEALTH, asked(("disability", op, None))) == [
            ("/filter/where/0/op", "op-not-fit")
        ]


@pytest.mark.parametrize(
    ("question", "fits"),
    [
        (asked(within="222406001001"), True),
        (asked(), False),
        (asked(name="金"), False),
        (asked(name="金哲"), True),
        (asked(address="民慧街"), True),
        (asked(("lives_alone", "eq", True)), True),
        (asked(("lives_alone", "missing", None)), False),
        (asked(("born_on", "le", "1960-01-01")), False),
        (asked(("lives_alone", "eq", True), within="222406"), False),
        (asked(within="222406", address="民慧街"), False),
        (asked(within="222406", name="金", address="民慧街"), False),
        (asked(within="2224", name="金哲"), True),
        (asked(within="2224", phone="15412345678"), True),
    ],
)
def test_what_narrows_enough(fields: Catalogue, question: Asked, *, fits: bool) -> None:
    found = filters.check(question, fields, WORKER, TODAY)
    if fits:
        filters.require_narrow(found)
    else:
        with pytest.raises(SearchTooBroad):
            filters.require_narrow(found)
