"""Refusals of the OAuth endpoints, with the words RFC 6749 §5.2 gives them.

The token and revocation endpoints answer `{"error", "error_description"}` and not RFC 9457
problems, because RFC 6749 and RFC 7009 fix that body and every OAuth client reads it.
"""

from typing import ClassVar


class OAuthRefused(Exception):
    """An OAuth endpoint says no.

    Args:
        description: English sentence without quotes or backslashes (RFC 6749 §5.2).
    """

    error: ClassVar[str] = "invalid_request"

    def __init__(self, description: str) -> None:
        self.description = description
        super().__init__(f"{self.error}: {description}")


class RequestMalformed(OAuthRefused):
    """A parameter is missing, doubled or not understood."""


class ClientRefused(OAuthRefused):
    """The client is unknown, or did not prove who it is."""

    error = "invalid_client"


class GrantRefused(OAuthRefused):
    """The code or refresh token is not valid, or not for this client."""

    error = "invalid_grant"


class TargetRefused(OAuthRefused):
    """The rights of that other person may not be used; one's own may (RFC 8693 §2.2.2)."""

    error = "invalid_target"


class ScopeUnknown(OAuthRefused):
    """We have no scopes: rights follow from roles and areas."""

    error = "invalid_scope"


class ClientMayNot(OAuthRefused):
    """This client may not use this kind of grant."""

    error = "unauthorized_client"


class GrantTypeUnknown(OAuthRefused):
    """We do not offer this kind of grant."""

    error = "unsupported_grant_type"


class ResponseTypeUnknown(OAuthRefused):
    """We answer with codes only."""

    error = "unsupported_response_type"


class TokenTypeNotRevocable(OAuthRefused):
    """Access tokens carry their own proof and end by themselves within minutes."""

    error = "unsupported_token_type"
