"""One OpenAPI document made of the services' frozen ones."""

import re
from collections.abc import Mapping
from typing import Any

import orjson

from services.common.service import Service

_REFERENCE = re.compile(r"^#/components/(\w+)/(.+)$")


def contract(service: Service) -> dict[str, Any]:
    """A service's frozen document, `contract/openapi.v1.json` beside its manifest."""
    path = service.migrations.parent.parent / "contract" / "openapi.v1.json"
    document: dict[str, Any] = orjson.loads(path.read_bytes())
    return document


def combined(services: Mapping[str, Service], public_url: str) -> dict[str, Any]:
    """All operations behind one host; component names carry their service's name.

    Args:
        services: By name.
        public_url: The server's address in the document.
    """
    paths: dict[str, Any] = {}
    components: dict[str, dict[str, Any]] = {
        "securitySchemes": {
            "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
            "system": {
                "type": "oauth2",
                "description": "A departmental system's client id and secret.",
                "flows": {
                    "clientCredentials": {
                        "tokenUrl": f"{public_url}/identity/v1/token",
                        "scopes": {},
                    }
                },
            },
        }
    }
    for name, service in services.items():
        document = _renamed(contract(service), name)
        for path, item in document["paths"].items():
            paths[f"/{name}{path}"] = {key: _tagged(value, name) for key, value in item.items()}
        for kind, members in document.get("components", {}).items():
            target = components.setdefault(kind, {})
            target.update({f"{name}.{key}": value for key, value in members.items()})
    return {
        "openapi": "3.1.0",
        "info": {"title": "OneGrid 一网", "version": "1"},
        "servers": [{"url": public_url}],
        "security": [{"system": []}, {"bearer": []}],
        "paths": paths,
        "components": components,
    }


def _tagged(operation: Any, service: str) -> Any:
    """An operation whose tags carry the service's name: several have events and lists."""
    if not isinstance(operation, dict) or "tags" not in operation:
        return operation
    return {**operation, "tags": [f"{service} · {tag}" for tag in operation["tags"]]}


def _renamed(node: Any, service: str) -> Any:
    """The document with every component reference pointing at the service's own names."""
    if isinstance(node, dict):
        return {
            key: _reference(value, service) if key == "$ref" else _renamed(value, service)
            for key, value in node.items()
        }
    return [_renamed(item, service) for item in node] if isinstance(node, list) else node


def _reference(value: str, service: str) -> str:
    return _REFERENCE.sub(rf"#/components/\1/{service}.\2", value)
