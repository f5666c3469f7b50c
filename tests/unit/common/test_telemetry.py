import io
import sys

import orjson
import pytest
import structlog

from services.common import telemetry


@pytest.mark.parametrize("json_lines", [True, False])
def test_a_trace_shows_no_local_variable(
    *, json_lines: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    telemetry.configure(json_lines=json_lines)
    number = "229999" + "19900101" + "1234"
    try:
        raise ValueError("no detail")  # noqa: TRY301 — the trace under test
    except ValueError:
        structlog.get_logger().exception("request.failed", length=len(number))
    finally:
        structlog.reset_defaults()
    assert number not in stream.getvalue()
    if json_lines:
        assert orjson.loads(stream.getvalue())["event"] == "request.failed"
