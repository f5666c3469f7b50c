"""`python -m tools.reference`: write the reference pages that are made from the code itself."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, get_args

import orjson
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined
from pydantic_settings import BaseSettings
from typer.main import get_command

from gateway.assembly import assemble
from gateway.cli.main import app
from gateway.cli.openapi import unconnected
from gateway.pages import problem_classes
from gateway.settings import GatewaySettings
from gateway.suite import SUITE
from services.common.problems import STATUS

FOLDER = Path(__file__).parents[1] / "docs" / "reference"
EVENT_SCHEMAS = Path(__file__).parents[1] / "services" / "registry" / "contract" / "events"


def settings_page() -> str:
    """Every setting of every process, with its default and what it means."""
    lines = [
        "# Settings",
        "",
        "Environment variables, or files of the same name in lower case in `/run/secrets`. A",
        "variable with one of these prefixes that names no setting stops the start: a typo.",
        "`onegrid up` sets all of them itself.",
    ]
    classes: dict[str, type[BaseSettings]] = {"gateway": GatewaySettings}
    for title, settings in (classes | {s.name: s.settings for s in SUITE}).items():
        lines += ["", f"## {title}", "", "| variable | default | meaning |", "|---|---|---|"]
        prefix = settings.model_config.get("env_prefix", "")
        for name, field in settings.model_fields.items():
            meaning = (field.description or "").replace("|", "\\|")
            lines.append(
                f"| `{(prefix + name).upper()}` | {_default(settings, field)} | {meaning} |"
            )
    return "\n".join(lines) + "\n"


def _default(_: type[BaseSettings], field: FieldInfo) -> str:
    if field.default is PydanticUndefined:
        return "**required**" if field.is_required() else "computed"
    if field.default is None or type(None) in get_args(field.annotation):
        return "none"
    if isinstance(field.default, Path) and field.default.is_absolute():
        return "`web/dist` beside the code"
    return f"`{field.default}`"


def problems_page() -> str:
    """Every problem the suite can answer with."""
    lines = [
        "# Problems",
        "",
        "RFC 9457. `type` is `/problems/{code}` on your installation, which shows the same text.",
        "",
        "| code | status | 中文 | 조선어/한국어 | meaning |",
        "|---|---|---|---|---|",
    ]
    for code, error in sorted(problem_classes().items()):
        if error.__subclasses__() and error.__name__ == "DomainError":
            continue
        first = (error.__doc__ or "").strip().splitlines()[0]
        row = (code, STATUS[error.kind], error.title_zh, error.title_ko, first)
        lines.append("| `{}` | {} | {} | {} | {} |".format(*row))
    return "\n".join(lines) + "\n"


def commands_page() -> str:
    """The command line, as its own help tells it."""
    lines = ["# Commands", "", "`onegrid COMMAND --help` says the same, in your terminal."]
    group = get_command(app)
    waiting = [("onegrid", group)]
    while waiting:
        name, command = waiting.pop(0)
        nested = getattr(command, "commands", {})
        waiting += [(f"{name} {key}", value) for key, value in nested.items()]
        lines += ["", f"## `{name}`", "", (command.help or "").strip()]
        options = [p for p in command.params if p.name != "help"]
        if options and not nested:
            lines += ["", "| option | meaning |", "|---|---|"]
            for option in options:
                words = " / ".join(f"`{o}`" for o in (*option.opts, *option.secondary_opts))
                lines.append(f"| {words} | {getattr(option, 'help', '') or ''} |")
    return "\n".join(lines) + "\n"


def permissions_page() -> str:
    """Who may call which operation; what has no row is refused to everybody."""
    lines = [
        "# Permissions",
        "",
        "Which role may call which operation. Areas, domains and fields narrow this further inside",
        "the service. ● = personal data: a purpose must be stated. An operation without a row is",
        "refused.",
    ]
    for name, served in assemble(SUITE, unconnected(), {}).apps.items():
        lines += ["", f"## {name}", "", "| operation | who | |", "|---|---|---|"]
        for operation, rule in sorted(served.state.gate.policy.items()):
            who = "anybody" if rule.public else ", ".join(sorted(rule.roles))
            lines.append(f"| `{operation}` | {who} | {'●' if rule.purpose else ''} |")
    return "\n".join(lines) + "\n"


def events_page() -> str:
    """Every type of event, from its schema."""
    lines = [
        "# Events",
        "",
        "CloudEvents 1.0 of `GET /registry/v1/events` and of webhooks; each type has a JSON",
        "Schema in `services/registry/contract/events`. Values are never in an event: a reader who",
        "may see them asks for them.",
        "",
        "Who is told: an event about *fields* is told to readers who may read one of them, and",
        "names only those; sensitive fields are named to the domain that owns them. An event about",
        "an *area* is told to everybody in it. Both only inside the reader's areas.",
    ]
    for path in sorted(EVENT_SCHEMAS.glob("*.schema.json")):
        schema = orjson.loads(path.read_bytes())
        members = schema["properties"]
        subject = members["subject"]["description"]
        lines += [
            "",
            f"## `{members['type']['const']}`",
            "",
            f"{schema['title']}. Concerns: {schema['x-concerns']}. Subject: {subject}",
            "",
            "| data | | meaning |",
            "|---|---|---|",
        ]
        data = members["data"]
        for name, member in data["properties"].items():
            needed = "always" if name in data["required"] else "sometimes"
            lines.append(f"| `{name}` | {needed} | {_meaning(member)} |")
    return "\n".join(lines) + "\n"


def _meaning(member: dict[str, Any]) -> str:
    kind = member.get("format") or member.get("type") or " ".join(map(str, member.get("enum", [])))
    return f"{kind}. {member.get('description', '')}".strip()


PAGES: dict[str, Callable[[], str]] = {
    "settings.md": settings_page,
    "problems.md": problems_page,
    "commands.md": commands_page,
    "permissions.md": permissions_page,
    "events.md": events_page,
}


def main() -> int:
    """Write the pages; 0 always."""
    for name, page in PAGES.items():
        (FOLDER / name).write_text(page(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
