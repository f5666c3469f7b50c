"""Nothing secret and nothing about a person gets into a log, at any level."""

import io
import logging
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
import structlog

from services.common import telemetry
from services.common.ids import new_id
from services.common.testing import ISSUER
from services.common.timers import TimerLoop
from services.registry.use_cases.exports import run as exports_run
from services.registry.use_cases.imports import run as imports_run
from tests.factories import identity, suite
from tests.factories.identity import Browser
from tests.factories.imports import csv_file
from tests.factories.registry import GRID, dwelling, id_number

WRONG = "Wrong-password-7731"
NAME, NUMBER, PHONE, CONTACT = "崔顺福", id_number(77), "15412340077", "13655550077"
BROKEN = "22999919900101077"
SYSTEM = "sys.222406.public_security"


class Journey:
    """Somebody works a day with the suite; what must not be told is collected on the way."""

    def __init__(self, app: Any, http: httpx.AsyncClient) -> None:
        self.app = app
        self.http = http
        self.secrets = {WRONG, identity.PASSWORD, NAME, NUMBER, PHONE, CONTACT, BROKEN}

    async def send(self, method: str, path: str, token: str, **sent: Any) -> httpx.Response:
        headers = {
            "Authorization": f"Bearer {token}",
            "Idempotency-Key": new_id().hex,
            "OneGrid-Purpose": "verification",
            **sent.pop("headers", {}),
        }
        return await self.http.request(method, path, headers=headers, **sent)

    async def sign_in(self, login: str) -> str:
        there = httpx.AsyncClient(transport=self.http._transport, base_url=f"{ISSUER}/identity")  # noqa: SLF001 — another browser
        async with there:
            browser = Browser(there)
            assert (await browser.submit(login=login, password=WRONG)).status_code == 422
            code = await browser.code(login=login)
            tokens = (await browser.exchange(code)).json()
            assert (await browser.exchange("no-code-7731")).status_code == 400
            renewed = (await browser.refresh(tokens["refresh_token"])).json()
        told = (tokens, renewed)
        self.secrets |= {code, browser.verifier, "no-code-7731"}
        self.secrets |= {t[kind] for t in told for kind in ("access_token", "refresh_token")}
        return str(renewed["access_token"])

    async def system(self) -> str:
        form = {"grant_type": "client_credentials", "client_id": SYSTEM}
        for secret, status in ((WRONG, 401), (identity.PASSWORD, 200)):
            answer = await self.http.post(
                "/identity/v1/token", data={**form, "client_secret": secret}
            )
            assert answer.status_code == status
        token: str = answer.json()["access_token"]
        self.secrets.add(token)
        return token

    async def work(self, handlers: Any) -> None:
        registry = suite.service_app(self.app, "registry")
        assert await TimerLoop(registry.state.store.database, handlers, batch=1).fire_due() == 1

    async def imported(self, token: str) -> None:
        """A file with one good row and one that is wrong."""
        rows = [["姓名", "身份证号", "联系电话", "现住房屋"],
                [NAME, NUMBER, PHONE, dwelling()], [NAME, BROKEN, PHONE, dwelling()]]  # fmt: skip
        sent = await self.send(
            "POST",
            "/registry/v1/imports",
            token,
            files={"file": (f"{NAME}.csv", csv_file(rows))},
            data={"domain": "public_security", "county": "222406"},
        )
        assert sent.status_code == 202, sent.text
        state = suite.service_app(self.app, "registry").state
        await self.work(imports_run.handlers(state.importing))
        self.errors = await self.send(
            "GET", f"/registry/v1/imports/{sent.json()['id']}/errors", token
        )

    async def read(self, token: str) -> None:
        document = {"kind": "resident_id", "number": NUMBER}
        base = "/registry/v1/residents"
        found = await self.send(
            "POST", f"{base}/lookup", token,
            json={"document": document, "fields": ["name", "phone", "document"]},
        )  # fmt: skip
        assert found.status_code == 200, found.text
        for body in (
            {"within": GRID, "fields": ["name"], "phone": PHONE},
            {"within": GRID, "fields": ["name"], "name": NAME},
            {"within": GRID, "fields": ["name"], "name": NAME, "stray": PHONE},
        ):
            await self.send("POST", f"{base}/search", token, json=body)
        # What people get wrong: a number where an id belongs, a body that is no JSON.
        await self.send("GET", f"{base}/{NUMBER}?fields=name", token)
        await self.send("GET", f"/registry/{NUMBER}/{PHONE}", token)
        await self.send("POST", f"{base}/lookup", token, content=f'{{"{NUMBER}": "{PHONE}'.encode())
        await self.send(
            "PATCH", f"{base}/{found.json()['id']}", token,
            json={"phone": CONTACT}, headers={"If-Match": '"1"'},
        )  # fmt: skip

    async def hooked(self, token: str) -> None:
        made = await self.send(
            "POST", "/registry/v1/webhooks", token, json={"url": "https://example.org/in"}
        )
        assert made.status_code == 201, made.text
        path = f"/registry/v1/webhooks/{made.json()['id']}/rotate-secret"
        turned = await self.send("POST", path, token, json={}, headers={"If-Match": '"1"'})
        self.secrets |= {made.json()["secret"], turned.json()["secret"]}

    async def exported(self, token: str) -> None:
        asked = await self.send(
            "POST", "/registry/v1/exports", token,
            json={"format": "csv", "fields": ["name", "phone"], "legal_basis": "户口登记条例",
                  "filter": {"within": GRID, "name": NAME}},
        )  # fmt: skip
        assert asked.status_code == 202, asked.text
        state = suite.service_app(self.app, "registry").state
        await self.work(exports_run.handlers(state.exporting))
        file = await self.send("GET", f"/registry/v1/exports/{asked.json()['id']}/file", token)
        assert file.status_code == 200

    async def whistled(self, token: str) -> None:
        made = await self.send(
            "POST", "/tasks/v1/whistles", token,
            json={"kind": "peace", "title": NAME, "description": f"{NAME} {PHONE}", "area": GRID,
                  "resident_contact": f"{NAME} {CONTACT}"},
        )  # fmt: skip
        assert made.status_code == 201, made.text
        contact = await self.send(
            "GET", f"/tasks/v1/whistles/{made.json()['id']}/resident-contact", token
        )
        assert CONTACT in contact.text


@pytest.mark.parametrize("json_lines", [True, False])
async def test_a_days_work_leaves_no_secret_and_no_person_in_the_logs(
    service_database: Callable[[str, Path], str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    *,
    json_lines: bool,
) -> None:
    written = io.StringIO()
    monkeypatch.setattr(sys, "stderr", written)
    caplog.set_level(logging.DEBUG)
    telemetry.configure(json_lines=json_lines, level=logging.DEBUG)
    structlog.configure(**{**structlog.get_config(), "cache_logger_on_first_use": False})
    try:
        async with suite.running(service_database, tmp_path) as (app, http):
            journey = Journey(app, http)
            worker = await journey.sign_in(suite.PEOPLE[0]["login"])
            office = await journey.system()
            await journey.imported(office)
            await journey.read(office)
            await journey.hooked(office)
            await journey.exported(office)
            await journey.whistled(worker)
    finally:
        structlog.reset_defaults()
    # The test's own client says which addresses it asks; some of those are wrong on purpose.
    others = [r.getMessage() for r in caplog.records if r.name != "httpx"]
    text = "\n".join([written.getvalue(), *others])
    assert text.count("request.served") > 30
    assert [secret for secret in journey.secrets if secret in text] == []
