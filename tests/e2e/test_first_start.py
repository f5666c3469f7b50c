"""A first start that goes wrong says what is wrong, and the next start is clean."""

import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import psycopg
import pytest

from gateway.hosting import Embedded
from tests.suites import command, free_port, process, wait_ready


@pytest.fixture
def folder() -> Iterator[Path]:
    made = Path(tempfile.mkdtemp(prefix="onegrid-start-"))
    yield made
    shutil.rmtree(made, ignore_errors=True)


def up(folder: Path, port: int, *more: str) -> list[str]:
    data_dir = str(folder / "var")
    return command("up", "--port", str(port), "--data-dir", data_dir, "--scale", "tiny", *more)


def said(words: list[str]) -> tuple[int, str]:
    done = subprocess.run(words, capture_output=True, text=True, timeout=120, check=False)
    return done.returncode, " ".join((done.stdout + done.stderr).split())


def test_a_port_in_use_is_named_before_anything_is_made(folder: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        code, text = said(up(folder, port))
    assert code == 1
    assert f"cannot listen on 127.0.0.1:{port}" in text
    assert "--port" in text
    assert not (folder / "var").exists()


@pytest.mark.parametrize("after_s", [0.7, 2.5, 5.0])
def test_a_killed_first_start_leaves_a_clean_next_one(folder: Path, after_s: float) -> None:
    port = free_port()
    started = subprocess.Popen(
        up(folder, port), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    time.sleep(after_s)
    started.send_signal(signal.SIGKILL)
    started.wait()
    with process(folder / "log", up(folder, port)):
        wait_ready(f"http://127.0.0.1:{port}", folder / "log")


def test_a_second_start_is_quick_and_keeps_its_data(folder: Path) -> None:
    port = free_port()
    base_url = f"http://127.0.0.1:{port}"
    log = folder / "log"
    with process(log, up(folder, port)):
        wait_ready(base_url, log)
        code, text = said(up(folder, free_port()))
        assert (code, "already runs" in text) == (1, True)
        data_dir = str(folder / "var")
        code, text = said(command("doctor", "--data-dir", data_dir, "--port", str(port)))
        assert "OneGrid answers" in text
        assert code == 0, text
    marker = (folder / "var" / "demo.json").read_bytes()
    keys = (folder / "var" / "secrets" / "key-registry").read_bytes()
    with process(log, up(folder, port)):
        wait_ready(base_url, log)
        assert httpx.get(f"{base_url}/livez", trust_env=False).json() == {"status": "alive"}
    assert (folder / "var" / "demo.json").read_bytes() == marker
    assert (folder / "var" / "secrets" / "key-registry").read_bytes() == keys


def test_a_database_of_a_newer_release_is_refused_and_left_alone(folder: Path) -> None:
    data_dir = folder / "var"
    assert said(command("migrate", "--data-dir", str(data_dir)))[0] == 0
    embedded = Embedded.start(data_dir)
    with psycopg.connect(embedded.postgres.admin_dsn, autocommit=True) as connection:
        connection.execute("update registry.alembic_version set version_num = '20991231_0000'")
    embedded.postgres.stop()
    code, text = said(up(folder, free_port()))
    assert code == 1
    assert "20991231_0000" in text
    assert "newer release" in text
    code, text = said(command("doctor", "--data-dir", str(data_dir)))
    assert code == 1
    assert "newer" in text


def test_another_major_version_is_refused(folder: Path) -> None:
    data_dir = folder / "var"
    assert said(command("migrate", "--data-dir", str(data_dir)))[0] == 0
    (data_dir / "postgres" / "PG_VERSION").write_text("17\n")
    code, text = said(up(folder, free_port()))
    assert (code, "PostgreSQL 17" in text) == (1, True)


def test_a_misspelt_setting_is_named() -> None:
    words = [
        "env",
        "REGISTRY_DATABSE_URL=x",
        *command("serve", "registry", "--port", str(free_port())),
    ]
    code, text = said(words)
    assert code == 1
    assert "REGISTRY_DATABSE_URL" in text


def test_a_polite_stop_stops_the_database_too(folder: Path) -> None:
    """uvicorn hands the signal on when all is served; the clean-up must still come."""
    port = free_port()
    with process(folder / "log", up(folder, port, "--empty")):
        wait_ready(f"http://127.0.0.1:{port}", folder / "log")
        assert (folder / "var" / "postgres" / "postmaster.pid").exists()
    assert not (folder / "var" / "postgres" / "postmaster.pid").exists()
