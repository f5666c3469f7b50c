"""A person at the sign-in page: the request that was checked, and what is answered."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from fastapi import Request
from starlette.responses import RedirectResponse, Response

from gateway.identity.api import page
from gateway.identity.api.deps import fields
from gateway.identity.api.form_tokens import FormTokens
from gateway.identity.api.page import Notice
from gateway.identity.api.texts import Locale, locale_of
from gateway.identity.domain import redirects
from gateway.identity.domain.accounts import Account
from gateway.identity.domain.refusals import OAuthRefused
from gateway.identity.use_cases import asking, sign_in
from gateway.identity.use_cases.asking import RedirectNotKnown
from gateway.identity.use_cases.issuer import Issuer
from gateway.identity.use_cases.sign_in import Ask, Outcome


@dataclass(frozen=True, slots=True)
class Visit:
    """A person at the sign-in page, with a request that was checked."""

    issuer: Issuer
    now: datetime
    query: Mapping[str, str]
    locale: Locale
    ask: Ask
    tokens: FormTokens

    @classmethod
    async def of(cls, request: Request, issuer: Issuer, now: datetime) -> "Visit | Response":
        """The visit, or the answer to a request that is not right."""
        accept = request.headers.get("accept-language")
        locale = locale_of(request.query_params.get("ui_locales"), accept)
        try:
            query = fields(request.scope["query_string"])
            ask = await asking.check(issuer, query)
        except RedirectNotKnown:
            return page.response(page.broken(locale), 400, locale, form_target=None)
        except OAuthRefused as refused:
            if not await asking.may_answer(issuer, request.query_params):
                return page.response(page.broken(locale), 400, locale, form_target=None)
            return _back(
                issuer,
                request.query_params["redirect_uri"],
                error=refused.error,
                error_description=refused.description,
                state=request.query_params.get("state"),
            )
        return cls(issuer, now, query, locale, ask, FormTokens.of(request, issuer, ask.client))

    @classmethod
    async def again(
        cls, request: Request, issuer: Issuer, now: datetime, query: Mapping[str, str]
    ) -> "Visit":
        """The visit that a request of ours, kept meanwhile, was.

        Raises:
            OAuthRefused: What it asked for is right no more.
        """
        locale = locale_of(query.get("ui_locales"), request.headers.get("accept-language"))
        ask = await asking.check(issuer, query)
        return cls(issuer, now, query, locale, ask, FormTokens.of(request, issuer, ask.client))

    def form(self, status: int, notice: Notice | None = None, typed: str = "") -> Response:
        """The page with its form."""
        token = self.tokens.make(self.now)
        content = page.form(
            self.locale,
            self.query,
            form_token=token,
            typed=typed,
            notice=notice,
            external=self.issuer.settings.houses,
        )
        return self.shown(content, status)

    def shown(self, content: str, status: int) -> Response:
        """A page of this visit."""
        target = redirects.origin_of(self.ask.redirect_uri)
        response = page.response(content, status, self.locale, form_target=target)
        self.tokens.remember(response)
        return response

    async def password(self, typed: Mapping[str, str]) -> Account | Response:
        """Whose password was typed, or the page again with what went wrong."""
        login, password = typed.get("login", ""), typed.get("password", "")
        if not (login and password):
            return self.form(422, Notice("missing"), login)
        tried = await sign_in.attempt(
            self.issuer, login=login, password=password, client=self.ask.client, now=self.now
        )
        if tried.account is not None:
            return tried.account
        if tried.outcome is Outcome.LOCKED and tried.locked_until is not None:
            left_s = (tried.locked_until - self.now).total_seconds()
            response = self.form(429, Notice("locked", math.ceil(left_s / 60)), login)
            response.headers["Retry-After"] = str(math.ceil(left_s))
            return response
        return self.form(422, Notice(tried.outcome.value), login)

    async def account(self, account_id: UUID) -> Account | None:
        """An account that may still sign in."""
        async with self.issuer.store.read() as view:
            account = await view.accounts.by_id(account_id)
        return None if account is None or account.is_disabled else account

    async def back(self, account: Account) -> Response:
        """Back to the application with a code: everything that is asked was proved."""
        code = await sign_in.give_code(self.issuer, self.ask, account, now=self.now)
        state = self.query.get("state")
        return _back(self.issuer, self.ask.redirect_uri, code=code, state=state)


def _back(issuer: Issuer, redirect_uri: str, **answer: str | None) -> Response:
    """Back to the application; `iss` lets it notice an answer that is not ours (RFC 9207)."""
    location = redirects.answer(redirect_uri, **answer, iss=issuer.settings.issuer)
    return RedirectResponse(location, 303, headers={"Cache-Control": "no-store"})
