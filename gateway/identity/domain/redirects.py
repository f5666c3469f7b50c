"""Where a code may be sent: exactly what was registered, nothing like it (RFC 9700 §2.1)."""

from collections.abc import Iterable
from typing import Final
from urllib.parse import urlencode, urlsplit

_LOOPBACK: Final = ("127.0.0.1", "localhost", "[::1]")


def origins(issuer: str, extra: Iterable[str]) -> tuple[str, ...]:
    """Origins whose registered paths are accepted: the issuer's, its loopback twins, and extras.

    `localhost` and `127.0.0.1` are the same machine; a person types either.
    """
    parts = urlsplit(issuer)
    port = f":{parts.port}" if parts.port else ""
    host = parts.netloc.removesuffix(port)
    hosts = _LOOPBACK if host in _LOOPBACK else (host,)
    return (*(f"{parts.scheme}://{name}{port}" for name in hosts), *extra)


def is_registered(requested: str, paths: Iterable[str], accepted: Iterable[str]) -> bool:
    """Whether a redirect URI equals a registered path, alone or on an accepted origin.

    Equality of text, character by character: no prefixes, no case folding, no decoding.
    """
    allowed = {path for path in paths if path}
    absolute = {origin + path for origin in accepted for path in allowed}
    return requested in allowed | absolute


def origin_of(uri: str) -> str | None:
    """Scheme and authority of an absolute URI; None for a bare path."""
    parts = urlsplit(uri)
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else None


def answer(uri: str, **parameters: str | None) -> str:
    """The redirect URI with an answer's parameters in its query; None is left out."""
    query = urlencode({name: value for name, value in parameters.items() if value is not None})
    return f"{uri}{'&' if '?' in uri else '?'}{query}"
