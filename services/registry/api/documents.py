"""What the OpenAPI document says of what FastAPI cannot see: what direct routes read by hand."""

from typing import Any, Final

from pydantic import BaseModel

JSON: Final = "application/json"
MERGE_PATCH: Final = "application/merge-patch+json"

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

_EXPLAIN: Final = {
    "name": "explain",
    "in": "query",
    "description": "Also tell which assertion of each field won, which lost, and why.",
    "schema": {"type": "boolean", "default": False},
}
_VALID_ON: Final = {
    "name": "valid_on",
    "in": "query",
    "description": "What was known about this day.",
    "schema": {"type": "string", "format": "date"},
}
_KNOWN_AT: Final = {
    "name": "known_at",
    "in": "query",
    "description": "What the registry knew by this instant (RFC 3339); now when left out.",
    "schema": {"type": "string", "format": "date-time"},
}

READING_ONE: Final[dict[str, Any]] = {
    "parameters": [_RESIDENT_ID, _FIELDS, _EXPLAIN, _VALID_ON, _KNOWN_AT]
}
"""The direct route that reads one resident."""

OPTIONAL_IF_MATCH: Final[dict[str, Any]] = {
    **_IF_MATCH,
    "required": False,
    "description": "ETag of the version that was read; left out where there is none yet.",
}
IF_MATCH: Final[dict[str, Any]] = {"parameters": [_IF_MATCH]}
"""An operation that changes what was read before."""

PATCHING: Final[dict[str, Any]] = {
    "parameters": [_IF_MATCH],
    "requestBody": {
        "required": True,
        "content": {MERGE_PATCH: {"schema": _PATCH}, JSON: {"schema": _PATCH}},
    },
}
"""The operation that corrects a resident."""


def body_of(model: type[BaseModel]) -> dict[str, Any]:
    """A direct route whose body is read by hand and has the shape of this model."""
    content = {JSON: {"schema": model.model_json_schema()}}
    return {"requestBody": {"required": True, "content": content}}
