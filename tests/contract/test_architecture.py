"""What the guide promises of the tree, executed. Import-linter and tools.lint do the rest."""

import ast
from pathlib import Path

import grimp
import pytest
from fastapi.routing import APIRoute

from gateway.assembly import assemble
from gateway.cli.openapi import unconnected
from gateway.pages import problem_classes
from gateway.suite import SUITE
from services.common.service import Service, in_dependency_order

ROOT = Path(__file__).parents[2]
EVERY = pytest.mark.parametrize("service", SUITE, ids=lambda s: s.name)


def folder(service: Service) -> Path:
    return service.migrations.parent.parent


def test_requires_has_no_cycle_and_every_peer_exists() -> None:
    names = {service.name for service in SUITE}
    assert all(service.requires <= names for service in SUITE)
    in_dependency_order(SUITE)


@EVERY
def test_requires_names_what_the_clients_talk_to(service: Service) -> None:
    # A client of somebody outside the suite talks to no peer.
    clients = {
        path.stem
        for path in (folder(service) / "clients").glob("*.py")
        if "services.common.peers" in path.read_text(encoding="utf-8")
    }
    assert service.requires == clients | ({"identity"} - {service.name})


@EVERY
def test_migrations_are_frozen_text(service: Service) -> None:
    for path in service.migrations.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            module = getattr(node, "module", None) or ""
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            ours = [n for n in [module, *names] if n.split(".")[0] in {"services", "gateway"}]
            assert not ours, f"{path.name} imports {ours}"


@EVERY
def test_every_operation_has_a_policy_row_and_every_row_an_operation(service: Service) -> None:
    app = assemble(SUITE, unconnected(), {}).apps[service.name]
    paths = app.openapi()["paths"].values()
    operations = {operation["operationId"] for item in paths for operation in item.values()}
    hidden = {
        route.operation_id
        for route in app.routes
        if isinstance(route, APIRoute) and route.operation_id and not route.include_in_schema
    }
    policy = set(app.state.gate.policy)
    assert operations | hidden == policy
    assert all(name.startswith(f"{service.name}.") for name in policy)


def test_every_mechanism_has_two_users() -> None:
    graph = grimp.build_graph("services", "gateway")
    alone = {}
    for path in sorted((ROOT / "services" / "common").glob("*.py")):
        if path.stem in {"__init__", "testing"}:
            continue
        module = f"services.common.{path.stem}"
        downstream = graph.find_downstream_modules(module)
        users = {
            ".".join(name.split(".")[:2])
            for name in downstream
            if not name.startswith("services.common")
        }
        if len(users) < 2:
            alone[module] = users
    assert not alone


def test_no_file_or_mechanism_outgrows_its_room() -> None:
    lines = {
        path: path.read_text(encoding="utf-8").count("\n")
        for path in (ROOT / "services" / "common").rglob("*.py")
    }
    assert sum(lines.values()) <= 2500


def test_every_problem_speaks_three_languages() -> None:
    for code, error in problem_classes().items():
        assert error.__doc__, code
        if error.__name__ != "DomainError":
            texts = (error.title, error.title_zh, error.title_ko)
            assert all(texts), code


@pytest.mark.parametrize("name", ["utils", "helpers", "base", "misc"])
def test_no_module_is_named_for_nothing(name: str) -> None:
    found = [*ROOT.glob(f"services/**/{name}.py"), *ROOT.glob(f"gateway/**/{name}.py")]
    assert not found
