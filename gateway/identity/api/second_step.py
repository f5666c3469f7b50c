"""The pages after the password: a code, setting up an authenticator, choosing a new password.

A password is renewed after the code of somebody who has an authenticator, so that the password
alone changes nothing, and before the first authenticator is set up, so that it is never bound to a
password somebody else knows.
"""

import html
from collections.abc import Mapping
from typing import Final

import segno
from starlette.responses import Response

from gateway.identity.api import page, step_tokens
from gateway.identity.api.page import Notice
from gateway.identity.api.step_tokens import Step
from gateway.identity.api.texts import TEXTS
from gateway.identity.api.visit import Visit
from gateway.identity.domain.accounts import Account
from gateway.identity.domain.passwords import PasswordUsedBefore
from gateway.identity.use_cases import passwords, second_factor
from gateway.identity.use_cases.second_factor import Checked, Need
from services.common.errors import ValidationFailed

_CODE: Final = "code"
_ENROLMENT: Final = "enrolment"
_ENROLLED: Final = "enrolled"
_RENEWAL: Final = "renewal"
_RENEWAL_PROVED: Final = "renewal_proved"
"""The same page after the second factor."""


async def ask(visit: Visit, account: Account) -> Response:
    """What somebody whose password was right sees next."""
    need = await second_factor.need(visit.issuer, account)
    if need is Need.CODE:
        return _code_page(visit, account, 200)
    if passwords.is_due(visit.issuer, account, now=visit.now):
        return _renewal_page(visit, account, _RENEWAL, 200)
    if need is Need.ENROLMENT:
        return _enrolment_page(visit, account, 200)
    return await visit.back(account)


async def answer(visit: Visit, typed: Mapping[str, str]) -> Response:
    """Take what was typed into one of these pages."""
    step = step_tokens.read(visit.tokens, typed["step"], visit.now)
    account = await visit.account(step.account) if step is not None else None
    if step is None or account is None:
        return visit.form(403, Notice("form_stale"))
    code = typed.get("code", "")
    if step.kind == _ENROLLED:
        return await _proved(visit, account)
    if step.kind in {_RENEWAL, _RENEWAL_PROVED}:
        return await _renew(visit, account, step.kind, typed)
    if step.kind == _ENROLMENT and step.secret is not None:
        return await _enrol(visit, account, step.secret, code)
    return await _check(visit, account, code)


async def _proved(visit: Visit, account: Account) -> Response:
    """Both factors were right: to the application, unless the password is due."""
    if passwords.is_due(visit.issuer, account, now=visit.now):
        return _renewal_page(visit, account, _RENEWAL_PROVED, 200)
    return await visit.back(account)


async def _renew(visit: Visit, account: Account, kind: str, typed: Mapping[str, str]) -> Response:
    need = await second_factor.need(visit.issuer, account)
    if kind == _RENEWAL and need is Need.CODE:
        # Somebody set up an authenticator meanwhile, so now it is asked first.
        return await ask(visit, account)
    # A form that was sent twice renews once: afterwards the password is due no more.
    if passwords.is_due(visit.issuer, account, now=visit.now):
        wrong = await _replace(visit, account, typed)
        if wrong is not None:
            return _renewal_page(visit, account, kind, 422, Notice(wrong))
    present = await visit.account(account.id)
    if present is None:
        return visit.form(403, Notice("form_stale"))
    # What the second factor asks of others is asked only now, of the account as it is now.
    return await (visit.back(present) if kind == _RENEWAL_PROVED else ask(visit, present))


async def _replace(visit: Visit, account: Account, typed: Mapping[str, str]) -> str | None:
    """What is wrong with the new password; None once it is the present one."""
    new = typed.get("new_password", "")
    if new != typed.get("repeated"):
        return "passwords_differ"
    try:
        await passwords.replace(visit.issuer, account, new, now=visit.now)
    except ValidationFailed:
        return "password_weak"
    except PasswordUsedBefore:
        return "password_used"
    return None


async def _check(visit: Visit, account: Account, code: str) -> Response:
    checked = await second_factor.check(
        visit.issuer, account, code, client=visit.ask.client, now=visit.now
    )
    if checked is Checked.RIGHT:
        return await _proved(visit, account)
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


def _renewal_page(
    visit: Visit, account: Account, kind: str, status: int, notice: Notice | None = None
) -> Response:
    why = "renewal_first" if account.must_change_password else "renewal_old"
    step = Step(kind, account.id)
    return _page(visit, "renewal", status, step, notice, lead=TEXTS[visit.locale][why])


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
