"""The pages after the password: a code, or setting up an authenticator and its recovery codes."""

import html
from collections.abc import Mapping
from typing import Final

import segno
from starlette.responses import Response

from gateway.identity.api import page, step_tokens
from gateway.identity.api.page import Notice
from gateway.identity.api.step_tokens import Step
from gateway.identity.api.visit import Visit
from gateway.identity.domain.accounts import Account
from gateway.identity.use_cases import second_factor
from gateway.identity.use_cases.second_factor import Checked, Need

_CODE: Final = "code"
_ENROLMENT: Final = "enrolment"
_ENROLLED: Final = "enrolled"


async def ask(visit: Visit, account: Account) -> Response:
    """What somebody whose password was right sees next."""
    need = await second_factor.need(visit.issuer, account)
    if need is Need.NOTHING:
        return await visit.back(account)
    if need is Need.CODE:
        return _code_page(visit, account, 200)
    return _enrolment_page(visit, account, 200)


async def answer(visit: Visit, typed: Mapping[str, str]) -> Response:
    """Take what was typed into one of these pages."""
    step = step_tokens.read(visit.tokens, typed["step"], visit.now)
    account = await visit.account(step.account) if step is not None else None
    if step is None or account is None:
        return visit.form(403, Notice("form_stale"))
    code = typed.get("code", "")
    if step.kind == _ENROLLED:
        return await visit.back(account)
    if step.kind == _ENROLMENT and step.secret is not None:
        return await _enrol(visit, account, step.secret, code)
    return await _check(visit, account, code)


async def _check(visit: Visit, account: Account, code: str) -> Response:
    checked = await second_factor.check(
        visit.issuer, account, code, client=visit.ask.client, now=visit.now
    )
    if checked is Checked.RIGHT:
        return await visit.back(account)
    if checked is Checked.WRONG:
        return _code_page(visit, account, 422, Notice("wrong_code"))
    minutes = visit.issuer.settings.lock_s // 60
    response = _code_page(visit, account, 429, Notice("locked_code", minutes))
    response.headers["Retry-After"] = str(visit.issuer.settings.lock_s)
    return response


async def _enrol(visit: Visit, account: Account, secret: str, code: str) -> Response:
    codes = await second_factor.enrol(visit.issuer, account, secret, code, now=visit.now)
    if codes is None:
        return _enrolment_page(visit, account, 422, Notice("wrong_code"), secret)
    listed = "".join(f"<li>{html.escape(code)}</li>" for code in codes)
    return _page(visit, "recovery", 200, Step(_ENROLLED, account.id), codes=listed)


def _code_page(
    visit: Visit, account: Account, status: int, notice: Notice | None = None
) -> Response:
    return _page(visit, "code", status, Step(_CODE, account.id), notice)


def _enrolment_page(
    visit: Visit,
    account: Account,
    status: int,
    notice: Notice | None = None,
    secret: str | None = None,
) -> Response:
    proposed = second_factor.propose(account, secret)
    step = Step(_ENROLMENT, account.id, proposed.secret)
    qr = segno.make(proposed.uri, error="m").svg_inline(scale=5, omitsize=True)
    return _page(visit, "enrolment", status, step, notice, qr=qr, secret=proposed.secret)


def _page(
    visit: Visit,
    name: str,
    status: int,
    step: Step,
    notice: Notice | None = None,
    **parts: str,
) -> Response:
    content = page.step(
        name,
        visit.locale,
        visit.query,
        notice=notice,
        form_token=visit.tokens.make(visit.now),
        step=step_tokens.make(visit.tokens, step, visit.now),
        **parts,
    )
    return visit.shown(content, status)
