import io
import sys

import orjson
import pytest
import structlog
from asyncpg import CheckViolationError

from gateway import logs

ROW = '(222406, 崔顺福, 1990-01-01, "22240600100100100001010101", 一\n二崔顺福)'


@pytest.mark.parametrize("json_lines", [True, False])
def test_a_row_that_breaks_a_constraint_is_not_quoted(
    *, json_lines: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    logs.configure(json_lines=json_lines)
    broken = CheckViolationError("violates check constraint ck_residents_sex")
    broken.detail = f"Failing row contains {ROW}."
    try:
        raise broken
    except CheckViolationError:
        structlog.get_logger().exception("request.failed", path="/v1/residents")
    finally:
        structlog.reset_defaults()
    text = stream.getvalue()
    assert "DETAIL: left out" in text
    assert "ck_residents_sex" in text
    for word in ("崔顺福", "1990-01-01", "2224060010010"):
        assert word not in text
    if json_lines:
        assert orjson.loads(text)["event"] == "request.failed"
