"""`onegrid account`: who may sign in, people and systems."""

import asyncio
from typing import Annotated, Any

import typer
from rich.console import Console

from gateway.cli.options import DEFAULT_DATA_DIR, DataDir, Environment
from gateway.hosting import opened
from gateway.identity.service import SERVICE as IDENTITY
from gateway.identity.service import enrol, register

app = typer.Typer(no_args_is_help=True, help="Accounts of people and of departments' systems.")

Name = Annotated[str, typer.Option(help="What others call it.")]
Role = Annotated[str, typer.Option(help="Such as street_officer (docs/reference/permissions.md).")]
Organisation = Annotated[str, typer.Option("--org", help="Organisation code, 222406001.")]
Areas = Annotated[
    list[str], typer.Option("--area", help="Area code it may see and act in; several allowed.")
]
Domains = Annotated[
    list[str] | None, typer.Option("--domain", help="Departmental domain; several allowed.")
]


@app.command("person")
def person(  # noqa: PLR0913, PLR0917 — each option is one fact about the account
    login: Annotated[str, typer.Argument(help="Sign-in name.")],
    name: Name,
    role: Role,
    org: Organisation,
    area: Areas,
    domain: Domains = None,
    data_dir: DataDir = DEFAULT_DATA_DIR,
    *,
    environment: Environment = False,
) -> None:
    """Add a person's account, or replace it and end its sessions. Asks for a first password.

    Next: the person signs in at /desk/ or /field/ and sets up an authenticator. Who lost phone and
    recovery codes is given the account again.
    """
    password = typer.prompt("密码 password", hide_input=True, confirmation_prompt=True)
    facts = _facts("login", login, name, role, org, area, domain)
    with opened(data_dir, [IDENTITY], environment=environment) as settings:
        asyncio.run(enrol(settings["identity"], facts, password))  # type: ignore[arg-type]  # its own settings class
    Console().print(f"{login}: {role}, {org}, {', '.join(area)}")


@app.command("system")
def system(  # noqa: PLR0913, PLR0917 — each option is one fact about the system
    client_id: Annotated[str, typer.Argument(help="OAuth client id, sys.222406.health.")],
    name: Name,
    org: Organisation,
    area: Areas,
    domain: Domains = None,
    role: Role = "department_system",
    data_dir: DataDir = DEFAULT_DATA_DIR,
    *,
    environment: Environment = False,
) -> None:
    """Register a department's system and print its secret, once.

    Next: give the secret to the department over a safe way; docs/how-to/connect-a-system.md.
    """
    facts = _facts("client_id", client_id, name, role, org, area, domain)
    with opened(data_dir, [IDENTITY], environment=environment) as settings:
        secret = asyncio.run(register(settings["identity"], facts))  # type: ignore[arg-type]  # its own settings class
    Console().print(f"{client_id} secret (shown once): {secret}", soft_wrap=True)


def _facts(  # noqa: PLR0913, PLR0917 — the members of one account
    key: str,
    value: str,
    name: str,
    role: str,
    org: str,
    areas: list[str],
    domains: list[str] | None,
) -> dict[str, Any]:
    return {
        key: value,
        "name": name,
        "role": role,
        "org": org,
        "areas": areas,
        "domains": domains or [],
    }
