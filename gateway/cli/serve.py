"""`onegrid serve`: one process of the separate topology."""

from enum import StrEnum
from typing import Annotated

import typer
from starlette.types import ASGIApp

from gateway import logs
from gateway.app import create_app
from gateway.assembly import assemble
from gateway.cli.up import check_port, run
from gateway.hosting import from_environment
from gateway.settings import GatewaySettings
from gateway.suite import BY_NAME, SUITE
from services.common import settings


class Part(StrEnum):
    """What a process can serve."""

    gateway = "gateway"
    registry = "registry"
    tasks = "tasks"
    admission = "admission"


def serve(
    part: Annotated[Part, typer.Argument(help="The gateway (with identity) or one service.")],
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.", min=1, max=65535)] = 8000,
) -> None:
    """Serve one part, told by environment variables and /run/secrets (docker-compose does this).

    The gateway reaches the others through GATEWAY_REMOTE_REGISTRY, GATEWAY_REMOTE_TASKS and
    GATEWAY_REMOTE_ADMISSION; a service reaches its peers by the same names and
    GATEWAY_REMOTE_IDENTITY.
    """
    check_port(host, port)
    host_settings = settings.read(GatewaySettings)
    logs.configure(json_lines=host_settings.json_logs)
    run(build(part.value, host_settings), host, port)


def build(part: str, host_settings: GatewaySettings) -> ASGIApp:
    """The app of one process."""
    if part == "gateway":
        return create_app(host_settings, from_environment([BY_NAME["identity"]]))
    own = from_environment([BY_NAME[part]])
    return assemble(SUITE, own, host_settings.remotes()).apps[part]
