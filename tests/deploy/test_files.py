"""What can be said of the deployment without an engine: the files agree with the code."""

import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from gateway.settings import GatewaySettings
from gateway.suite import BY_NAME, SUITE

ROOT = Path(__file__).parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
APPLICATION = {name for name in SERVICES if name not in {"caddy", "postgres"}}
SCRIPTS = sorted((ROOT / "deploy").glob("*.sh"))


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_every_container_is_confined(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert "cap_add" not in service
    assert "privileged" not in service
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert re.match(r"[1-9]\d*:[1-9]\d*$", service["user"])
    assert set(service["deploy"]["resources"]["limits"]) == {"memory", "pids"}
    assert service["logging"]["options"]["max-size"]


def test_only_caddy_publishes_ports_and_never_meets_the_database() -> None:
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["caddy"]
    assert "data" not in SERVICES["caddy"]["networks"]
    assert SERVICES["postgres"]["networks"] == ["data"]
    outward = {name for name, network in COMPOSE["networks"].items() if network is None}
    assert outward == {"edge"}


def test_webhooks_give_a_way_out_to_the_worker_alone() -> None:
    text = (ROOT / "deploy" / "webhooks.yml").read_text(encoding="utf-8")
    added: dict[str, Any] = yaml.safe_load(text)
    led_out = {name for name, service in added["services"].items() if service.get("networks")}
    assert led_out == {"worker"}
    assert added["networks"] == {"out": None}
    known = {f"REGISTRY_{field}".upper() for field in BY_NAME["registry"].settings.model_fields}
    for service in added["services"].values():
        assert set(service["environment"]) <= known


def test_every_variable_is_a_setting() -> None:
    known = {f"GATEWAY_{field}".upper() for field in GatewaySettings.model_fields}
    for service in SUITE:
        known |= {f"{service.name}_{field}".upper() for field in service.settings.model_fields}
    prefixes = ("GATEWAY_", *(f"{service.name.upper()}_" for service in SUITE))
    for name in APPLICATION:
        named = {key for key in SERVICES[name]["environment"] if key.startswith(prefixes)}
        assert named <= known, name


def test_every_service_is_told_what_it_must_know() -> None:
    for service in SUITE:
        required = {
            f"{service.name}_{name}"
            for name, field in service.settings.model_fields.items()
            if field.is_required()
        }
        container = "gateway" if service.name == "identity" else service.name
        assert set(SERVICES[container]["secrets"]) == required
        assert required <= set(SERVICES["worker"]["secrets"])


def test_every_secret_is_made_by_the_script(tmp_path: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("secrets.sh gives files to groups, which only root may do")
    subprocess.run([ROOT / "deploy/secrets.sh", "make", tmp_path], check=True)
    named = {name for service in SERVICES.values() for name in service.get("secrets", ())}
    assert {path.name for path in tmp_path.iterdir()} == named
    subprocess.run([ROOT / "deploy/secrets.sh", "check", tmp_path], check=True)


@pytest.mark.parametrize("damage", ["missing", "short", "open"])
def test_secrets_check_finds(tmp_path: Path, damage: str) -> None:
    if os.geteuid() != 0:
        pytest.skip("secrets.sh gives files to groups, which only root may do")
    subprocess.run([ROOT / "deploy/secrets.sh", "make", tmp_path], check=True)
    victim = tmp_path / "tasks_key_encryption_key"
    if damage == "missing":
        victim.unlink()
    elif damage == "short":
        victim.write_text("changeme", encoding="ascii")
    else:
        victim.chmod(0o644)
    checked = subprocess.run(
        [ROOT / "deploy/secrets.sh", "check", tmp_path], capture_output=True, text=True, check=False
    )
    assert checked.returncode == 1
    assert str(victim) in checked.stderr


def test_install_check_changes_nothing() -> None:
    def state() -> list[tuple[Path, float]]:
        paths = [*(ROOT / "deploy").rglob("*"), *ROOT.glob(".env")]
        return sorted((path, path.stat().st_mtime) for path in paths)

    before = state()
    command = [str(ROOT / "deploy/install.sh"), "--check", "--domain", "not a name"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "'not a name' is not a host name" in done.stderr
    assert state() == before


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_script_parses(script: Path) -> None:
    subprocess.run(["bash", "-n", script], check=True)


def test_no_address_of_a_package_registry_is_written_down() -> None:
    files = [*(ROOT / "deploy").rglob("*"), ROOT / "docker-compose.yml"]
    for path in files:
        if path.is_file() and path.parent.name not in {"secrets", "build", "certs"}:
            text = path.read_text(encoding="utf-8", errors="ignore")
            assert not re.search(r"(pypi|npmjs|debian|docker)\.(org|io|com)", text), path
