from datetime import date

import pytest

from services.common.errors import ValidationFailed
from services.registry.domain import agreements
from services.registry.domain.agreements import AgreementMissing
from services.registry.domain.askers import Asker
from services.registry.domain.registers.entries import (
    Draft,
    GuardianConsents,
    require_consent_of,
)
from services.registry.domain.retention import CLASSES
from services.registry.settings import RegistrySettings
from tests.factories.registry import catalogue_field

TODAY = date(2026, 11, 24)


def test_a_department_needs_an_agreement_for_other_domains_fields_and_an_office_none() -> None:
    fields = [catalogue_field(code="a"), catalogue_field(code="b", owner="market")]
    health = frozenset({"health"})
    assert agreements.foreign(fields, Asker(frozenset({"department_officer"}), health)) == ["b"]
    assert agreements.foreign(fields, Asker(frozenset({"community_officer"}), health)) == []


def test_every_field_needs_one_and_numbers_are_told_once() -> None:
    agreed = {"a": "1号", "b": "2号", "c": "1号"}
    assert agreements.require(["c", "b", "a"], agreed) == ["1号", "2号"]
    assert agreements.require([], {}) == []
    with pytest.raises(AgreementMissing) as refused:
        agreements.require(["a", "x", "y"], agreed)
    assert refused.value.extra == {"fields": ["x", "y"]}


@pytest.mark.parametrize(
    ("born_on", "said_by", "may"),
    [
        (date(2012, 11, 24), "resident", True),
        (date(2012, 11, 25), "resident", False),
        (date(2012, 11, 25), "guardian", True),
        (None, "resident", True),
    ],
)
def test_at_14_one_consents_oneself(born_on: date | None, said_by: str, *, may: bool) -> None:
    if may:
        require_consent_of(born_on, said_by, TODAY)
    else:
        with pytest.raises(GuardianConsents):
            require_consent_of(born_on, said_by, TODAY)


def test_an_entry_ends_after_it_begins() -> None:
    Draft("222406", TODAY, None, {}, None).check()
    with pytest.raises(ValidationFailed):
        Draft("222406", TODAY, TODAY, {}, None).check()


def test_every_retention_class_names_a_setting_that_there_is() -> None:
    for kept in CLASSES:
        assert kept.setting is None or kept.setting in RegistrySettings.model_fields
