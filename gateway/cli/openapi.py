"""`onegrid openapi`: the services' frozen API documents."""

from pathlib import Path
from typing import Annotated, Any

import orjson
import typer
from rich.console import Console

from gateway.assembly import assemble
from gateway.suite import SUITE
from services.common.service import Service
from services.common.settings import ServiceSettings


class ContractsDiffer(RuntimeError):
    """A service's API is not what its frozen document says."""


def openapi(
    *,
    write: Annotated[bool, typer.Option(help="Write the documents instead of comparing.")] = False,
) -> None:
    """Compare each service's API with its frozen document, or write the documents.

    A difference that takes something away breaks the service's users: give it a /v2 beside /v1.
    """
    differing = []
    for service, document in generated().items():
        path = contract_path(service)
        text = orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS) + b"\n"
        if path.exists() and path.read_bytes() == text:
            continue
        differing.append(service.name)
        if write:
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(text)
    Console().print(f"{'written' if write else 'differing'}: {', '.join(differing) or 'none'}")
    if differing and not write:
        raise ContractsDiffer(
            f"{', '.join(differing)}: run `onegrid openapi --write` and read the diff"
        )


def generated() -> dict[Service, dict[str, Any]]:
    """Each service's document as its code makes it now; needs no database."""
    apps = assemble(SUITE, unconnected(), {}).apps
    return {service: apps[service.name].openapi() for service in SUITE}


def unconnected() -> dict[str, ServiceSettings]:
    """Settings that name no real database: enough to make the apps and look at them."""
    return {
        service.name: service.settings(
            database_url="postgresql://nobody@/nowhere", key_encryption_key="unused"
        )
        for service in SUITE
    }


def contract_path(service: Service) -> Path:
    """Where a service's frozen document lies."""
    return service.migrations.parent.parent / "contract" / "openapi.v1.json"
