"""Every operation of every service, sent what somebody hostile would send."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import orjson
import pytest

from services.common.testing import TokenMint
from tests.factories.attacks import Attack
from tests.factories.matrices import SERVICES

DOCUMENTS = {
    name: Path(f"{'gateway' if name == 'identity' else 'services'}/{name}/contract/openapi.v1.json")
    for name in SERVICES
}
MOST = 1000
"""Longest page of any list."""


@pytest.mark.timeout(300)
@pytest.mark.parametrize("service", SERVICES)
async def test_what_is_hostile_is_refused_and_no_answer_says_too_much(
    service: str, service_database: Callable[[str, Path], str], mint: TokenMint, tmp_path: Path
) -> None:
    filled, samples = SERVICES[service]
    async with filled(service_database, mint, tmp_path) as matrix:
        document = (await matrix.client.get("/openapi.json")).json()
        await Attack(matrix, document).all(service, samples)


@pytest.mark.parametrize("service", SERVICES)
def test_every_page_and_every_text_that_is_asked_for_is_bounded(service: str) -> None:
    document = orjson.loads(DOCUMENTS[service].read_bytes())
    for operation in _operations(document):
        for parameter in operation.get("parameters", ()):
            if parameter["name"] == "limit":
                assert parameter["schema"]["maximum"] <= MOST, operation["operationId"]


@pytest.mark.parametrize("service", SERVICES)
def test_no_body_takes_members_it_does_not_know(service: str) -> None:
    document = orjson.loads(DOCUMENTS[service].read_bytes())
    loose = set()
    for operation in _operations(document):
        for content in operation.get("requestBody", {}).get("content", {}).values():
            if any(_loose(content.get("schema", {}), document, set())):
                loose.add(operation["operationId"])
    # A boundary is GeoJSON, whose objects may have foreign members (RFC 7946 §6.1); forms are read
    # by name, and what they do not know is ignored (RFC 6749 §3.2).
    forms = {f"identity.{name}" for name in ("tokens.issue", "tokens.revoke", "authorize.sign_in")}
    assert loose <= forms | {"registry.boundaries.draw", *UPLOADS}


UPLOADS = {"registry.imports.start", "registry.reconciliations.start", "tasks.attachments.upload"}


def _operations(document: Mapping[str, Any]) -> Iterator[Any]:
    for path in document["paths"].values():
        yield from path.values()


def _loose(schema: Mapping[str, Any], document: Mapping[str, Any], seen: set[str]) -> Iterator[str]:
    """Objects of a schema, however deep, that take any member."""
    if "$ref" in schema and schema["$ref"] not in seen:
        seen.add(schema["$ref"])
        name = schema["$ref"].rsplit("/", 1)[-1]
        yield from _loose(document["components"]["schemas"][name], document, seen)
    if "properties" in schema:
        if schema.get("additionalProperties") is not False:
            yield str(schema.get("title", "?"))
        for inner in schema["properties"].values():
            yield from _loose(inner, document, seen)
    for word in ("anyOf", "oneOf", "allOf"):
        for inner in schema.get(word, ()):
            yield from _loose(inner, document, seen)
    if isinstance(schema.get("items"), dict):
        yield from _loose(schema["items"], document, seen)
