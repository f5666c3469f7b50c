"""The frozen API documents are valid, are what the code says, and fit into one."""

import orjson
import pytest
from openapi_spec_validator import validate

from gateway import openapi
from gateway.cli.openapi import contract_path, generated
from gateway.suite import BY_NAME, SUITE
from services.common.service import Service


@pytest.fixture(scope="module")
def documents() -> dict[str, object]:
    return {service.name: document for service, document in generated().items()}


@pytest.mark.parametrize("service", SUITE, ids=lambda s: s.name)
def test_the_frozen_document_is_what_the_code_says(
    service: Service, documents: dict[str, object]
) -> None:
    frozen = orjson.loads(contract_path(service).read_bytes())
    assert frozen == documents[service.name], "run `onegrid openapi --write` and read the diff"
    validate(frozen)


def test_the_combined_document_is_valid_and_complete() -> None:
    combined = openapi.combined(BY_NAME, "http://127.0.0.1:8000")
    validate(combined)
    paths = {path for service in SUITE for path in openapi.contract(service)["paths"]}
    assert len(combined["paths"]) >= len(paths)
    operations = [op["operationId"] for item in combined["paths"].values() for op in item.values()]
    assert len(operations) == len(set(operations))
