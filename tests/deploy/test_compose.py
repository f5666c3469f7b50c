"""docker-compose.yml brought up for real by deploy/install.sh, and all it promises looked at."""

import http.client
import json
import os
import re
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import docker
import pytest

from tests.deploy.installation import (
    LASTING,
    WITH_WEBHOOKS,
    Installation,
    engine_absent,
    ensure_base_images,
    environment_of,
    secret_values,
)

_wanted = os.environ.get("ONEGRID_DEPLOY_TESTS") == "1"  # noqa: TID251 — the switch of this suite

pytestmark = [
    pytest.mark.deploy,
    pytest.mark.timeout(2400),
    pytest.mark.skipif(not _wanted, reason="set ONEGRID_DEPLOY_TESTS=1 to bring containers up"),
]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """One installation with the smallest demo in it, removed afterwards."""
    absent = engine_absent()
    if absent is not None:
        pytest.skip(absent)
    ensure_base_images(docker.from_env())
    made = Installation.prepare(tmp_path_factory.mktemp("deploy") / "onegrid")
    try:
        made.run("deploy/install.sh")
        made.load_demo()
        yield made
    finally:
        made.remove()
        print(json.dumps(made.seconds, indent=1))  # noqa: T201 — the timings are a result of the run
    assert made.leftovers() == []


@pytest.mark.parametrize("service", LASTING)
def test_container_is_confined(installed: Installation, service: str) -> None:
    container = installed.container(service)
    host = container.attrs["HostConfig"]
    assert host["ReadonlyRootfs"]
    assert host["CapDrop"] == ["ALL"]
    assert not host["CapAdd"]
    assert host["SecurityOpt"] == ["no-new-privileges:true"]
    assert not host["Privileged"]
    assert host["Memory"] > 0
    assert host["PidsLimit"] > 0
    assert host["RestartPolicy"]["Name"] == "unless-stopped"
    assert host["LogConfig"]["Config"] == {"max-size": "20m", "max-file": "5"}
    assert container.attrs["State"]["Health"]["Status"] == "healthy"


@pytest.mark.parametrize("service", LASTING)
def test_process_has_no_privilege(installed: Installation, service: str) -> None:
    status = installed.shell(service, "cat /proc/1/status")
    fields = dict(line.split(":\t", 1) for line in status.splitlines() if ":\t" in line)
    assert "0" not in fields["Uid"].split()
    for capabilities in ("CapPrm", "CapEff", "CapBnd", "CapAmb"):
        assert int(fields[capabilities], 16) == 0, capabilities
    assert fields["NoNewPrivs"] == "1"


@pytest.mark.parametrize("service", LASTING)
def test_file_system_cannot_be_written(installed: Installation, service: str) -> None:
    script = "for d in / /app /etc /usr/bin /opt; do touch $d/x 2>/dev/null && echo $d; done; true"
    assert installed.shell(service, script) == ""


def test_only_tls_is_published(installed: Installation) -> None:
    published = {
        service: sorted(
            int(binding["HostPort"])
            for bindings in (
                installed.container(service).attrs["NetworkSettings"]["Ports"]
            ).values()
            for binding in bindings or ()
        )
        for service in LASTING
    }
    open_ports = {service: ports for service, ports in published.items() if ports}
    assert open_ports == {"caddy": sorted((installed.https_port, installed.http_port))}


def test_networks_separate_edge_from_data(installed: Installation) -> None:
    assert _networks(installed) == {
        "caddy": {"edge", "front"},
        "gateway": {"front", "services", "data"},
        "registry": {"services", "data"},
        "tasks": {"services", "data"},
        "admission": {"services", "data"},
        "worker": {"services", "data"},
        "postgres": {"data"},
    }
    assert installed.shell("caddy", "getent hosts postgres || echo unknown") == "unknown"
    assert installed.shell("caddy", "getent hosts registry || echo unknown") == "unknown"
    assert "unknown" not in installed.shell("registry", "getent hosts postgres || echo unknown")


def test_container_holds_only_its_own_secrets(installed: Installation) -> None:
    own = {
        service: set(installed.shell(service, "ls /run/secrets 2>/dev/null; true").split())
        for service in LASTING
    }
    for service, role in (("gateway", "identity"), ("registry", "registry"), ("tasks", "tasks")):
        assert own[service] == {f"{role}_database_url", f"{role}_key_encryption_key"}
    assert own["postgres"] == {"postgres_password"}
    assert own["caddy"] == set()
    assert "admin_database_url" not in own["worker"]


def test_secrets_are_random_closed_and_in_no_environment(installed: Installation) -> None:
    values = secret_values(installed.secrets)
    assert len(values) == 10
    passwords = [value for name, value in values.items() if name != "postgres_password"]
    assert len(set(passwords)) == len(passwords)
    for name, value in values.items():
        assert re.fullmatch(r"[0-9a-f]{64}|[A-Za-z0-9_-]{43}", value), name
        path = installed.secrets / name
        assert path.stat().st_mode & 0o777 == 0o640, name
        assert path.stat().st_uid == 0, name
        assert path.stat().st_gid in {10001, 10003}, name
    containers = docker.from_env().containers.list(
        all=True, filters={"label": f"com.docker.compose.project={installed.project}"}
    )
    assert len(containers) > len(LASTING)  # `migrate` has ended and can still be inspected
    for container in containers:
        told = environment_of(container)
        assert not [name for name, value in values.items() if value in told], container.name


def test_database_refuses_without_the_right_password(installed: Installation) -> None:
    script = (
        "import asyncio, asyncpg\n"
        "async def main():\n"
        "    for user in ('postgres', 'identity', 'tasks'):\n"
        "        try:\n"
        "            await asyncpg.connect(f'postgresql://{user}:{user}@postgres/onegrid')\n"
        "            print('open', user)\n"
        "        except asyncpg.InvalidPasswordError:\n"
        "            print('closed', user)\n"
        "asyncio.run(main())\n"
    )
    command = ["exec", "-T", "registry", "python", "-c", script]
    assert installed.compose(*command).split("\n")[:3] == [
        "closed postgres",
        "closed identity",
        "closed tasks",
    ]


def test_ready_through_tls(installed: Installation) -> None:
    status, headers, body = installed.get("/readyz")
    assert status == 200, body
    assert set(json.loads(body)["checks"].values()) == {"ready"}
    assert headers["Strict-Transport-Security"] == "max-age=31536000"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "Server" not in headers


def test_plain_http_only_redirects(installed: Installation) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", installed.http_port, timeout=10)
    try:
        connection.request("GET", "/readyz", headers={"Host": "localhost"})
        answer = connection.getresponse()
        assert answer.status == 308
        assert answer.getheader("Location") == "https://localhost/readyz"
    finally:
        connection.close()


def test_gateway_away_is_a_problem_that_says_when_to_retry(installed: Installation) -> None:
    installed.compose("stop", "gateway")
    try:
        status, headers, body = installed.get("/registry/v1/areas/2224")
    finally:
        installed.compose("start", "gateway")
    assert status == 502
    assert headers["Content-Type"] == "application/problem+json"
    assert headers["Retry-After"] == "5"
    assert json.loads(body)["code"] == "unavailable"
    installed.wait_ready()


def test_access_log_holds_no_query_and_no_header(installed: Installation) -> None:
    installed.get("/readyz?code=a-sign-in-code")
    log = installed.shell("caddy", "cat /var/log/caddy/access.log")
    assert "/readyz" in log
    assert "a-sign-in-code" not in log
    assert "User-Agent" not in log


@pytest.mark.parametrize("page", ["/field/", "/desk/"])
def test_web_app_is_served(installed: Installation, page: str) -> None:
    status, headers, body = installed.get(page)
    assert status == 200
    assert headers["Content-Type"].startswith("text/html")
    assert b"<script" in body


def test_settings_are_those_we_ship(installed: Installation) -> None:
    assert installed.sql("show jit") == "off"
    assert installed.sql("show password_encryption") == "scram-sha-256"
    assert installed.sql("show log_parameter_max_length") == "0"
    assert installed.sql("select datlocprovider from pg_database where datname = 'onegrid'") == "b"


def test_tour_walks_through_the_main_job(installed: Installation) -> None:
    onegrid = str(Path(sys.executable).parent / "onegrid")
    where = ["--base-url", installed.url, "--data-dir", str(installed.demo)]
    done = installed.run(onegrid, "tour", *where, "--ca", str(installed.authority()))
    print(done.stdout)  # noqa: T201 — what the tour saw is a result of the run


def test_person_is_added_where_identity_runs(installed: Installation) -> None:
    account = ("account", "person", "sec.kim", "--name", "金某", "--role", "security_admin")
    where = ("--org", "2224", "--area", "2224", "--environment")
    command = ("exec", "-T", "gateway", "onegrid", *account, *where)
    installed.compose(*command, input="Correct-Horse-7-Battery\n" * 2)
    assert installed.sql("select is_demo from identity.accounts where login = 'sec.kim'") == "f"


def test_webhooks_give_the_worker_alone_a_way_out(installed: Installation) -> None:
    before = _networks(installed)
    try:
        installed.compose(*WITH_WEBHOOKS, "up", "-d", "--wait")
        assert _networks(installed) == {**before, "worker": before["worker"] | {"out"}}
        out = docker.from_env().networks.list(f"{installed.project}_out")
        assert [network.attrs["Internal"] for network in out] == [False]
        installed.wait_ready()
    finally:
        installed.compose("up", "-d", "--wait", "--remove-orphans")
    assert _networks(installed) == before


def test_second_install_changes_nothing(installed: Installation) -> None:
    before = {s: installed.container(s).id for s in LASTING}
    secrets = secret_values(installed.secrets)
    installed.run("deploy/install.sh")
    assert {s: installed.container(s).id for s in LASTING} == before
    assert secret_values(installed.secrets) == secrets


@pytest.mark.parametrize("service", ["postgres", "tasks", "gateway"])
def test_restart_keeps_data(installed: Installation, service: str) -> None:
    before = _contents(installed)
    installed.compose("restart", service)
    installed.wait_ready()
    assert _contents(installed) == before
    assert before["registry.residents"] > 0


def test_service_killed_comes_back_by_itself(installed: Installation) -> None:
    container = installed.container("admission")
    # From inside, as a crash: the engine treats its own `kill` as an operator's wish.
    container.exec_run(["sh", "-c", "kill -9 -1"])
    deadline = time.monotonic() + 60
    while _restarts(installed, "admission") <= container.attrs["RestartCount"]:
        assert time.monotonic() < deadline
        time.sleep(0.5)
    installed.wait_ready()


def test_rotation_changes_passwords_and_keeps_service(installed: Installation) -> None:
    before = secret_values(installed.secrets)
    installed.run("deploy/rotate.sh", "all")
    after = secret_values(installed.secrets)
    changed = {name for name in before if before[name] != after[name]}
    assert changed == {name for name in before if not name.endswith("_key_encryption_key")}
    installed.wait_ready()
    installed.run("deploy/install.sh")


def test_backup_restores_onto_an_empty_machine(installed: Installation, tmp_path: Path) -> None:
    _age(installed)
    installed.run("deploy/backup.sh", "--to", str(tmp_path))
    (backup,) = tmp_path.iterdir()
    before = _contents(installed)
    newest = installed.sql("select max(xact) from registry.events")
    installed.compose("down", "--volumes")
    installed.run("deploy/install.sh")
    assert _contents(installed)["registry.residents"] == 0
    done = installed.run("deploy/restore.sh", str(backup), "--replace-everything")
    assert "moving the transaction count" in done.stdout
    installed.wait_ready()
    assert _contents(installed) == before
    # Restored events lie behind every new one, or readers of the feed would see neither.
    seen = f"select '{newest}'::xid8 < pg_snapshot_xmin(pg_current_snapshot())"
    assert installed.sql(seen) == "t"


def test_damaged_backup_is_refused(installed: Installation, tmp_path: Path) -> None:
    installed.run("deploy/backup.sh", "--to", str(tmp_path))
    (backup,) = tmp_path.iterdir()
    with (backup / "database.dump").open("r+b") as dump:
        dump.seek(100)
        dump.write(b"x")
    before = _contents(installed)
    with pytest.raises(AssertionError, match="the backup is damaged"):
        installed.run("deploy/restore.sh", str(backup), "--replace-everything")
    assert _contents(installed) == before


def _networks(installed: Installation) -> dict[str, set[str]]:
    """What each container has joined."""
    return {
        service: {
            name.removeprefix(f"{installed.project}_")
            for name in installed.container(service).attrs["NetworkSettings"]["Networks"]
        }
        for service in LASTING
    }


def _restarts(installed: Installation, service: str) -> int:
    found = docker.from_env().containers.list(
        all=True, filters={"name": f"{installed.project}-{service}-1"}
    )
    restarts: int = found[0].attrs["RestartCount"]
    return restarts


def _age(installed: Installation) -> None:
    """Let the database have seen more transactions than a new one, as one that was used has."""
    burn = (
        "do $$ begin for i in 1..20000 loop perform pg_current_xact_id(); commit; end loop; end $$"
    )
    installed.sql(burn)
    installed.sql(
        "insert into registry.events (id, type, subject, area, occurred_at, data)"
        " values (uuidv7(), 'test.aged.v1', 'nobody', '222406', now(), '{}')"
    )


def _contents(installed: Installation) -> dict[str, int]:
    """Rows of every table that only people's work changes."""
    tables = installed.sql(
        "select schemaname || '.' || relname from pg_stat_user_tables"
        " where schemaname in ('identity', 'registry', 'tasks', 'admission')"
        " and relname not in ('timers', 'idempotency_keys', 'cursors', 'signing_keys') order by 1"
    ).split()
    query = " union all ".join(f"select '{name}', count(*) from {name}" for name in tables)
    rows = (line.split("|") for line in installed.sql(query).splitlines())
    return {name: int(count) for name, count in rows}
