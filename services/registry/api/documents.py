"""What the OpenAPI document says of what FastAPI cannot see: headers, bodies read by hand."""

from typing import Any, Final

from pydantic import BaseModel

from services.registry.api.policy import PURPOSES

JSON: Final = "application/json"
MERGE_PATCH: Final = "application/merge-patch+json"

_PURPOSE: Final = {
    "name": "OneGrid-Purpose",
    "in": "header",
    "required": True,
    "description": "Statutory ground of this reading; it is recorded.",
    "schema": {"type": "string", "enum": sorted(PURPOSES)},
}
_IF_MATCH: Final = {
    "name": "If-Match",
    "in": "header",
    "required": True,
    "description": "ETag of the version that was read.",
    "schema": {"type": "string"},
}
_RESIDENT_ID: Final = {
    "name": "resident_id",
    "in": "path",
    "required": True,
    "schema": {"type": "string", "format": "uuid"},
}
_FIELDS: Final = {
    "name": "fields",
    "in": "query",
    "required": True,
    "description": "Codes of the catalogue, separated by commas.",
    "schema": {"type": "string"},
}
_PATCH: Final = {"type": "object", "minProperties": 1}

READING: Final[dict[str, Any]] = {"parameters": [_PURPOSE]}
"""An operation that reads personal data."""

READING_ONE: Final[dict[str, Any]] = {"parameters": [_RESIDENT_ID, _FIELDS, _PURPOSE]}
"""The direct route that reads one resident."""

PATCHING: Final[dict[str, Any]] = {
    "parameters": [_IF_MATCH],
    "requestBody": {
        "required": True,
        "content": {MERGE_PATCH: {"schema": _PATCH}, JSON: {"schema": _PATCH}},
    },
}
"""The operation that corrects a resident."""


def reading_with(model: type[BaseModel]) -> dict[str, Any]:
    """A direct route that reads personal data and whose body is read by hand."""
    schema = model.model_json_schema(ref_template="#/components/schemas/{model}")
    # What it refers to stands in the document already, through the models of the answers.
    schema.pop("$defs", None)
    return {**READING, "requestBody": {"required": True, "content": {JSON: {"schema": schema}}}}
