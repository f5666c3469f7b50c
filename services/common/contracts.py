"""A service's OpenAPI 3.1 document: FastAPI's, with what the edge adds to every operation.

The edge asks for tokens, purposes and versions and answers with problems; FastAPI does not know, so
its own document would hide half of the contract.
"""

from collections.abc import Iterator
from typing import Any, Final

from fastapi import FastAPI

from services.common.auth import Policy, Rule
from services.common.problems import MEDIA_TYPE

_DEFS: Final = "#/$defs/"
_SCHEMAS: Final = "#/components/schemas/"
_METHODS: Final = frozenset(("get", "post", "put", "patch", "delete"))

_PROBLEM: Final = {
    "title": "Problem",
    "description": "RFC 9457: what went wrong, for a program and for a person.",
    "type": "object",
    "required": ["type", "title", "status", "code"],
    "properties": {
        "type": {"type": "string", "description": "A page that explains the code."},
        "title": {"type": "string", "description": "In the language of Accept-Language."},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "instance": {"type": "string", "description": "Request id; tell it to operations."},
        "code": {"type": "string", "description": "Stable word for programs."},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["pointer", "code", "detail"],
                "properties": {
                    "pointer": {
                        "type": "string",
                        "description": "JSON Pointer, or #query/, #path/, #header/ and a name.",
                    },
                    "code": {"type": "string"},
                    "detail": {"type": "string"},
                },
            },
        },
    },
}
_ANY_PROBLEM: Final = {
    "description": "Any refusal or failure.",
    "content": {MEDIA_TYPE: {"schema": {"$ref": f"{_SCHEMAS}Problem"}}},
}


def document(app: FastAPI, policy: Policy, purposes: frozenset[str]) -> dict[str, Any]:
    """The document of a service's app.

    Args:
        app: The app.
        policy: Tells which operations are public and which ask for a purpose.
        purposes: Codes the purpose header accepts.
    """
    if app.openapi_schema is not None:  # FastAPI keeps what it made, and so what we added to it
        return app.openapi_schema
    made: dict[str, Any] = FastAPI.openapi(app)
    schemas = made.setdefault("components", {}).setdefault("schemas", {})
    _hoist(made["paths"], schemas)
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    schemas["Problem"] = _PROBLEM
    for operation in _operations(made):
        _complete(operation, policy.get(operation["operationId"], Rule()), purposes)
    return made


def _operations(made: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for item in made["paths"].values():
        yield from (operation for method, operation in item.items() if method in _METHODS)


def _complete(operation: dict[str, Any], rule: Rule, purposes: frozenset[str]) -> None:
    responses = operation["responses"]
    responses.pop("422", None)  # FastAPI's own error body, which never leaves this house
    responses.setdefault("default", _ANY_PROBLEM)
    if rule.public:
        operation["security"] = []
    said = {parameter.get("name") for parameter in operation.get("parameters", [])}
    if rule.purpose and "OneGrid-Purpose" not in said:
        header = {
            "name": "OneGrid-Purpose",
            "in": "header",
            "required": True,
            "description": "Why personal data is read; kept in the access record.",
            "schema": {"type": "string", "enum": sorted(purposes)},
        }
        operation.setdefault("parameters", []).append(header)


def _hoist(node: Any, schemas: dict[str, Any]) -> None:
    """Move inline `$defs` to the components: a `#/$defs/` reference would point at the root."""
    if isinstance(node, list):
        for item in node:
            _hoist(item, schemas)
    if not isinstance(node, dict):
        return
    for name, schema in node.pop("$defs", {}).items():
        schemas.setdefault(name, schema)
        _hoist(schema, schemas)
    reference = node.get("$ref")
    if isinstance(reference, str) and reference.startswith(_DEFS):
        node["$ref"] = _SCHEMAS + reference.removeprefix(_DEFS)
    for value in node.values():
        _hoist(value, schemas)
