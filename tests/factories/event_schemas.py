"""What a test published is what the schemas promise: looked at after each test of the registry."""

from functools import lru_cache
from pathlib import Path
from typing import Any

import orjson
from jsonschema import Draft202012Validator, FormatChecker

from tests.factories.registry import Registry

FOLDER = Path(__file__).parents[2] / "services" / "registry" / "contract" / "events"

PUBLISHED = """
select json_build_object('specversion', '1.0', 'id', id, 'source', '/registry', 'type', type,
    'subject', subject, 'time', occurred_at, 'datacontenttype', 'application/json',
    'area', area, 'domain', domain, 'data', data)::text as event
from events order by xact, seq limit 1000
"""


@lru_cache
def schemas() -> dict[str, dict[str, Any]]:
    """Schemas by type of event."""
    read = [orjson.loads(path.read_bytes()) for path in sorted(FOLDER.glob("*.schema.json"))]
    return {schema["properties"]["type"]["const"]: schema for schema in read}


def validate(event: dict[str, Any]) -> None:
    """Raise what the event's schema finds wrong."""
    schema = schemas()[event["type"]]
    Draft202012Validator(schema, format_checker=FormatChecker()).validate(event)


async def check(registry: Registry) -> None:
    """Every event in the outbox has a schema and keeps to it."""
    for row in await registry.rows(PUBLISHED):
        validate(orjson.loads(row["event"]))
