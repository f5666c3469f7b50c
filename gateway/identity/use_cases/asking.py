"""Whether an authorization request is right (RFC 6749 §4.1.1, RFC 7636 §4.3)."""

from collections.abc import Mapping
from typing import Final

from gateway.identity.domain import pkce, redirects
from gateway.identity.domain.refusals import (
    OAuthRefused,
    RequestMalformed,
    ResponseTypeUnknown,
    ScopeUnknown,
)
from gateway.identity.use_cases.issuer import Issuer
from gateway.identity.use_cases.sign_in import Ask

_MAX_STATE: Final = 512


class RedirectNotKnown(OAuthRefused):
    """Nobody registered this client with this redirect URI, so no answer may be sent there."""


async def check(issuer: Issuer, query: Mapping[str, str]) -> Ask:
    """What a web application asks for.

    Raises:
        RedirectNotKnown: The client or its redirect URI is not registered; do not redirect.
        OAuthRefused: Another parameter is not right; tell the application.
    """
    if not await may_answer(issuer, query):
        raise RedirectNotKnown("The client or its redirect URI is not registered.")
    if query.get("response_type") != "code":
        raise ResponseTypeUnknown("Only the response type code is offered.")
    if query.get("code_challenge_method") != "S256":
        raise RequestMalformed("PKCE with code_challenge_method S256 is required.")
    challenge = query.get("code_challenge", "")
    if not pkce.is_challenge(challenge):
        raise RequestMalformed("The code_challenge is missing or not an S256 challenge.")
    if "scope" in query:
        raise ScopeUnknown("There are no scopes: rights follow from roles and areas.")
    if len(query.get("state", "")) > _MAX_STATE:
        raise RequestMalformed("The state is too long.")
    return Ask(query["client_id"], query["redirect_uri"], challenge)


async def may_answer(issuer: Issuer, query: Mapping[str, str]) -> bool:
    """Whether a request names a known public client and a redirect URI registered for it."""
    async with issuer.store.read() as view:
        client = await view.accounts.client(query.get("client_id", ""))
    if client is None or client.is_disabled or not client.is_public:
        return False
    settings = issuer.settings
    accepted = redirects.origins(settings.issuer, settings.redirect_origins)
    return redirects.is_registered(query.get("redirect_uri", ""), client.redirect_paths, accepted)
