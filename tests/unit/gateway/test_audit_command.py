"""The command's exit code says what was found."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from gateway.cli.main import app
from tests.factories.audit import PUBLIC, file_of, whole


@pytest.mark.parametrize(
    ("change", "key", "code", "said"),
    [
        (lambda text: text, PUBLIC, 0, "全部一致 all agree"),
        (
            lambda text: text.replace(b'"reader": "u1"', b'"reader": "u9"', 1),
            PUBLIC,
            1,
            "记录被改动",
        ),
        (lambda text: text, "not a key", 2, "无法核验"),
    ],
)
def test_the_exit_code_says_what_was_found(
    tmp_path: Path, change: object, key: str, code: int, said: str
) -> None:
    export = whole()
    file, kept = tmp_path / "export.ndjson", tmp_path / "kept.ndjson"
    assert callable(change)
    file.write_bytes(change(b"\n".join(file_of(export.lines))))
    kept.write_bytes(b"\n".join(export.checkpoints))
    words = ["audit", "verify", "--file", str(file), "--checkpoints", str(kept)]
    ran = CliRunner().invoke(app, [*words, "--public-key", key])
    assert (ran.exit_code, said in ran.output) == (code, True)


def test_without_a_checkpoint_nothing_is_judged(tmp_path: Path) -> None:
    file = tmp_path / "export.ndjson"
    file.write_bytes(b"\n".join(file_of(whole().lines)))
    ran = CliRunner().invoke(app, ["audit", "verify", "--file", str(file), "--public-key", PUBLIC])
    assert (ran.exit_code, "no checkpoint" in ran.output) == (2, True)
