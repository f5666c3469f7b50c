"""A whole installation for tests: an own copy of the repository, an own project, own ports."""

import io
import json
import os
import shutil
import socket
import ssl
import subprocess
import tarfile
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import docker
from docker.models.containers import Container

REPOSITORY = Path(__file__).parents[2]
BASE_IMAGES = (
    "python:3.11-slim-bookworm",
    "node:20-bookworm-slim",
    "postgres:18-bookworm",
    "caddy:2",
)
LASTING = ("caddy", "gateway", "registry", "tasks", "admission", "worker", "postgres")
"""Containers that stay up; `migrate` ends."""

WITH_WEBHOOKS = ("-f", "docker-compose.yml", "-f", "deploy/webhooks.yml")


def engine_absent() -> str | None:
    """Why no engine can be used, or None."""
    try:
        docker.from_env().ping()
    except docker.errors.DockerException as exc:
        return f"no Docker engine answers ({type(exc).__name__}); tests/deploy/engine.sh start"
    answer = subprocess.run(
        ["docker", "compose", "version", "--short"], capture_output=True, check=False
    )
    return None if answer.returncode == 0 else "docker compose 2 is missing"


def ensure_base_images(client: docker.DockerClient) -> None:
    """Have the images our Dockerfiles start from: pulled, or made here where none can be."""
    for tag in BASE_IMAGES:
        try:
            client.images.get(tag)
        except docker.errors.ImageNotFound:
            try:
                client.images.pull(tag)
            except docker.errors.APIError:
                subprocess.run([REPOSITORY / "tests/deploy/base_images.sh"], check=True)
                return


def free_ports(count: int) -> list[int]:
    """Ports nobody listens on now."""
    probes = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [probe.getsockname()[1] for probe in probes]
    for probe in probes:
        probe.close()
    return ports


@dataclass(slots=True)
class Installation:
    """What an operator has after `git clone` and `deploy/install.sh`.

    Attributes:
        root: The copy of the repository.
        project: Compose project name.
        https_port: Where it answers.
        http_port: Where it redirects.
        seconds: How long each step took.
    """

    root: Path
    project: str
    https_port: int
    http_port: int
    seconds: dict[str, float] = field(default_factory=dict)

    @classmethod
    def prepare(cls, root: Path) -> "Installation":
        """Copy the repository and write the settings; nothing runs yet."""
        _copy_repository(root)
        https_port, http_port = free_ports(2)
        made = cls(root, f"onegrid-test-{os.getpid()}", https_port, http_port)
        made._write_settings()
        _write_build_secrets(root / "deploy" / "build")
        return made

    @property
    def url(self) -> str:
        return f"https://localhost:{self.https_port}"

    @property
    def secrets(self) -> Path:
        return self.root / "deploy" / "secrets"

    def run(self, *command: str, **options: Any) -> subprocess.CompletedProcess[str]:
        """Run a command in the installation's folder; its output is shown when it fails."""
        started = time.monotonic()
        done = subprocess.run(
            command,
            cwd=self.root,
            text=True,
            capture_output=True,
            check=False,
            env=_clean_environment(),
            **options,
        )
        self.seconds[" ".join(command)[:80]] = round(time.monotonic() - started, 1)
        if done.returncode != 0:
            raise AssertionError(
                f"{' '.join(command)} → {done.returncode}\n{done.stdout[-4000:]}\n"
                f"{done.stderr[-4000:]}\n{self._logs()}"
            )
        return done

    @property
    def demo(self) -> Path:
        return self.root / "demo"

    def load_demo(self) -> None:
        """Load the smallest demo; its password and office files come out to `demo`."""
        self.compose(
            "run", "--rm", "-T", "demo", "demo", "load", "--environment", "--scale", "tiny"
        )
        pack = ("--create", "--directory", "/var/lib/onegrid", "--exclude", "./tasks", ".")
        run_in_demo = ("run", "--rm", "-T", "--no-deps", "--entrypoint", "tar", "demo")
        packed = subprocess.run(
            ["docker", "compose", *run_in_demo, *pack],
            cwd=self.root,
            capture_output=True,
            check=True,
            env=_clean_environment(),
        )
        with tarfile.open(fileobj=io.BytesIO(packed.stdout)) as archive:
            archive.extractall(self.demo, filter="data")

    def compose(self, *arguments: str, **options: Any) -> str:
        """Run `docker compose` and return what it printed."""
        return self.run("docker", "compose", *arguments, **options).stdout

    def container(self, service: str) -> Container:
        """The running container of a service."""
        found = docker.from_env().containers.list(
            filters={
                "label": [
                    f"com.docker.compose.project={self.project}",
                    f"com.docker.compose.service={service}",
                ]
            }
        )
        assert len(found) == 1, f"{service}: {found}"
        return found[0]

    def shell(self, service: str, script: str) -> str:
        """Run a shell script inside a container; its output, stripped."""
        code, output = self.container(service).exec_run(["sh", "-c", script])
        text: str = output.decode()
        assert code == 0, f"{service}: {script} → {code}\n{text}"
        return text.strip()

    def sql(self, statement: str) -> str:
        """Ask the database as its administrator."""
        psql = ("psql", "-U", "postgres", "-d", "onegrid", "-qtAX", "-v", "ON_ERROR_STOP=1")
        return self.compose("exec", "-T", "postgres", *psql, "-c", statement).strip()

    def authority(self) -> Path:
        """The root certificate of the installation's own authority, taken as the manual says."""
        target = self.root / "onegrid-root.crt"
        inside = "/var/lib/caddy/data/caddy/pki/authorities/local/root.crt"
        target.write_text(self.compose("exec", "-T", "caddy", "cat", inside), encoding="ascii")
        return target

    def get(self, path: str) -> tuple[int, Mapping[str, str], bytes]:
        """GET over TLS, trusting only the installation's own authority."""
        context = ssl.create_default_context(cafile=str(self.authority()))
        opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=context)
        )
        try:
            with opener.open(self.url + path, timeout=20) as answer:
                return answer.status, dict(answer.headers), answer.read()
        except urllib.error.HTTPError as exc:
            with exc:
                return exc.code, dict(exc.headers), exc.read()

    def wait_ready(self, seconds: float = 90) -> None:
        """Wait until /readyz says 200."""
        deadline = time.monotonic() + seconds
        while True:
            status, _, body = self.get("/readyz")
            if status == 200:
                return
            assert time.monotonic() < deadline, body
            time.sleep(1)

    def remove(self) -> None:
        """Everything away, data included."""
        self.compose(*WITH_WEBHOOKS, "--profile", "demo", "down", "--volumes", "--remove-orphans")
        images = docker.from_env().images
        for name in (self.project, f"{self.project}-caddy"):
            if images.list(name):
                images.remove(f"{name}:local")

    def leftovers(self) -> list[str]:
        """Containers, volumes and networks that are still there."""
        client = docker.from_env()
        mine = {"label": f"com.docker.compose.project={self.project}"}
        return [
            *(c.name for c in client.containers.list(all=True, filters=mine)),
            *(v.name for v in client.volumes.list(filters=mine)),
            *(n.name for n in client.networks.list(filters=mine)),
        ]

    def _write_settings(self) -> None:
        text = (self.root / "deploy" / "env.example").read_text(encoding="utf-8")
        changed = {
            "ONEGRID_BIND": "127.0.0.1",
            "ONEGRID_HTTP_PORT": str(self.http_port),
            "ONEGRID_HTTPS_PORT": str(self.https_port),
            "ONEGRID_VERSION": "local",
        }
        lines = [line for line in text.splitlines() if line.partition("=")[0] not in changed]
        extra = {
            **changed,
            "COMPOSE_PROJECT_NAME": self.project,
            "ONEGRID_IMAGE": self.project,
            "ONEGRID_CADDY_IMAGE": f"{self.project}-caddy",
            "ONEGRID_PUBLIC_URL": self.url,
        }
        lines += [f"{name}={value}" for name, value in extra.items()]
        (self.root / ".env").write_text("\n".join(lines) + "\n", encoding="utf-8")

    def _logs(self) -> str:
        done = subprocess.run(
            ["docker", "compose", "logs", "--tail", "30", "--no-color"],
            cwd=self.root,
            text=True,
            capture_output=True,
            check=False,
        )
        return done.stdout[-8000:]


def _copy_repository(target: Path) -> None:
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=REPOSITORY,
        capture_output=True,
        check=True,
    )
    for name in listed.stdout.decode().split("\0"):
        source = REPOSITORY / name
        if name and source.is_file():
            copy = target / name
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, copy)


def _write_build_secrets(folder: Path) -> None:
    """Let the build reach packages the way this machine does."""
    folder.mkdir(parents=True, exist_ok=True)
    authority = _clean_environment().get("SSL_CERT_FILE")
    bundle = Path(authority).read_bytes() if authority else b""
    (folder / "ca.crt").write_bytes(bundle)
    index = _first_line(["python3", "-m", "pip", "config", "get", "global.index-url"])
    (folder / "pip.conf").write_text(f"[global]\nindex-url = {index}\n" if index else "")
    registry = _first_line(["npm", "config", "get", "registry"])
    (folder / "npmrc").write_text(f"registry={registry}\n" if registry else "")


def _first_line(command: Sequence[str]) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stdout.strip() if done.returncode == 0 else ""


def _clean_environment() -> dict[str, str]:
    """The machine's environment without what would overrule the installation's .env."""
    inherited = dict(os.environ)  # noqa: TID251 — a test starts programs with its own environment
    return {
        name: value
        for name, value in inherited.items()
        if not name.startswith(("ONEGRID_", "COMPOSE_"))
    }


def secret_values(folder: Path) -> dict[str, str]:
    """Every secret by file name; of a database URL the password."""
    values = {}
    for path in sorted(folder.iterdir()):
        if path.name.startswith("."):
            continue
        text = path.read_text(encoding="ascii")
        values[path.name] = text.split(":")[2].split("@")[0] if "://" in text else text
    return values


def environment_of(container: Container) -> str:
    """All that `docker inspect` tells of a container's environment and command."""
    config = container.attrs["Config"]
    return json.dumps([config["Env"], config["Cmd"], config["Entrypoint"]])
