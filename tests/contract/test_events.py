"""Every type of event has a schema, and the schemas say whom it concerns as the feed does."""

import pytest
from jsonschema import Draft202012Validator

from services.registry.domain.feed import AREA_WIDE, OVERSIGHT
from services.registry.service import SERVICE
from tests.factories.event_schemas import FOLDER, schemas


def test_every_type_that_is_emitted_has_a_schema() -> None:
    assert set(schemas()) == SERVICE.emits


@pytest.mark.parametrize("kind", sorted(schemas()))
def test_a_schema_is_valid_and_named_for_its_type(kind: str) -> None:
    schema = schemas()[kind]
    Draft202012Validator.check_schema(schema)
    service, name = kind.split(".", 1)
    assert service == "registry"
    assert (FOLDER / f"{name}.schema.json").exists()
    assert schema["$id"] == f"urn:onegrid:event:{kind}"


@pytest.mark.parametrize("kind", sorted(schemas()))
def test_whom_an_event_concerns_is_said_once(kind: str) -> None:
    schema = schemas()[kind]
    concerns, data = schema["x-concerns"], schema["properties"]["data"]
    assert (concerns == "area") == (kind in AREA_WIDE)
    assert (concerns == "oversight") == (kind in OVERSIGHT)
    if concerns not in {"area", "oversight"}:
        assert concerns in {"fields", "field"}
        assert concerns in data["required"], "the feed could tell it to nobody"
