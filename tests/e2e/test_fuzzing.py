"""Every operation, sent thousands of requests made from its own document, right and wrong.

No answer may be a failure of ours, nor one the document does not know. Who sends is somebody whom
the policy lets into most operations of the service, so that requests reach what is behind the gate.
"""

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from gateway.tour.actors import person, system
from tests import suites
from tests.suites import Suite

WHO = [
    ("registry", "sys.222406.social_security"),
    ("registry", "secretariat.222406"),
    ("registry", "community.222406001001"),
    ("tasks", "street.222406001"),
    ("admission", "secretariat.222406"),
    ("admission", "dept.222406.health"),
    ("identity", "security.admin"),
]
# A signing key in use would be withdrawn, a stream waits for what comes next, and pages are no API.
LEFT_OUT = r"signing-keys|/events$|sessions"
SECONDS = "30"
EXAMPLES = "4"


@pytest.fixture(scope="module")
def plain() -> Iterator[Suite]:
    folder = Path(tempfile.mkdtemp(prefix="onegrid-fuzz-"))
    share = {"GATEWAY_PERSON_REQUESTS_PER_MINUTE": "1000000"}
    with suites.one_process(folder, share) as running:
        yield running
    shutil.rmtree(folder, ignore_errors=True)


@pytest.mark.timeout(300)
@pytest.mark.parametrize(("service", "who"), WHO, ids=lambda v: v)
def test_no_request_fails_us_or_surprises_the_document(
    plain: Suite, service: str, who: str
) -> None:
    base = f"{plain.base_url}/{service}"
    with httpx.Client(base_url=plain.base_url, timeout=30, trust_env=False) as http:
        sender = (
            system(http, who, plain.password)
            if who.startswith("sys.")
            else person(http, who, plain.password, "desk")
        )
    words = [
        str(Path(sys.executable).with_name("st")),
        "run",
        f"{base}/openapi.json",
        f"--url={base}",
        f"--header=Authorization: Bearer {sender.token}",
        "--header=OneGrid-Purpose: public_service",
        "--checks=not_a_server_error,status_code_conformance,content_type_conformance",
        "--phases=coverage,fuzzing",
        f"--exclude-path-regex={LEFT_OUT}",
        f"--max-examples={EXAMPLES}",
        f"--max-time={SECONDS}",
        "--continue-on-failure",
        "--warnings=off",
        "--seed=1",
        "--no-color",
    ]
    # It leaves notes in the folder it runs in.
    ended = subprocess.run(words, capture_output=True, text=True, check=False, cwd=plain.data_dir)
    assert ended.returncode == 0, ended.stdout[-6000:]
