from pathlib import Path

import pytest

from benchmarks import pgbench, wrk

PRINTED = """Running 2s test @ http://127.0.0.1:8000
  1 threads and 8 connections
  2000 requests in 2.00s, 700.00KB read
Requests/sec:   1000.00
outcome {"requests": 2000, "duration_us": 2000000, "not_ok": 3, "broken": 1, "p50_us": 1500, "p95_us": 4000, "p99_us": 9000}
"""  # noqa: E501 — one line, as wrk prints it


def test_an_outcome_is_read_from_what_wrk_printed() -> None:
    outcome = wrk.parse(PRINTED)
    assert outcome == wrk.Outcome(2000, 2.0, 3, 1, 1.5, 4.0, 9.0)
    assert outcome.rate == 1000


def test_output_without_an_outcome_is_refused() -> None:
    with pytest.raises(ValueError, match="no outcome"):
        wrk.parse("unable to connect to 127.0.0.1:1 Connection refused")


def test_requests_are_written_for_their_owner_only(tmp_path: Path) -> None:
    file = wrk.write_requests(
        tmp_path / "r.txt", "POST", {"Authorization": "Bearer x"}, [("/a", '{"b": 1}'), ("/c", "")]
    )
    assert file.read_text() == 'POST\nAuthorization: Bearer x\n\n/a\t{"b": 1}\n/c\t\n'
    assert file.stat().st_mode & 0o077 == 0


def test_a_missing_wrk_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(wrk.WrkMissing, match="apt-get install wrk"):
        wrk.found()


def test_the_rate_is_read_from_what_pgbench_printed() -> None:
    printed = "latency average = 0.044 ms\ntps = 22600.125412 (without initial connection time)\n"
    assert pgbench.parse(printed) == 22600.125412


def test_a_run_without_a_rate_is_a_failure() -> None:
    with pytest.raises(pgbench.PgbenchFailed):
        pgbench.parse("pgbench: error: client 0 aborted")
