"""What another house that says who somebody is must be able to do, and how each is called."""

from dataclasses import dataclass, field
from typing import Any, Final, Protocol
from urllib.parse import urlsplit

import httpx
import structlog

from services.common.errors import DomainError, Kind

_TIMEOUT_S: Final = 8.0
_LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1"})

_log = structlog.get_logger()


class ProviderAway(DomainError):
    """The external sign-in does not answer, or not as the standard asks."""

    kind = Kind.UNAVAILABLE
    title = "The external sign-in is away"
    title_zh = "外部统一认证暂不可用"
    title_ko = "외부 통일인증을 지금 쓸수 없습니다"


class NotIdentified(DomainError):
    """The external sign-in did not prove who this is."""

    kind = Kind.FORBIDDEN
    title = "Not identified"
    title_zh = "外部统一认证未能确认身份"
    title_ko = "외부 통일인증이 신분을 확인하지 못했습니다"


@dataclass(frozen=True, slots=True)
class Asked:
    """What we asked the provider and must find again in its answer.

    Attributes:
        redirect_uri: Where its answer comes.
        nonce: Ties the ID token to this browser's request.
        verifier: PKCE proof.
    """

    redirect_uri: str
    nonce: str = field(repr=False)
    verifier: str = field(repr=False)


class House(Protocol):
    """A house whose word is taken for who somebody is."""

    @property
    def is_by_link(self) -> bool:
        """Whether it names people by ids of its own, linked to accounts here, not by login."""
        ...

    async def address(self, asked: Asked, state: str, challenge: str, locale: str) -> str:
        """Where the browser goes to sign in; raises `ProviderAway`."""
        ...

    async def person(self, code: str, asked: Asked) -> str:
        """Login name or id of whoever signed in there; raises `ProviderAway`, `NotIdentified`."""
        ...

    async def close(self) -> None:
        """Close its connections."""
        ...


class Line:
    """Calls to one house; in the open it is reached by https only.

    Args:
        *bases: Addresses it is reached at.
    """

    def __init__(self, *bases: str) -> None:
        for base in bases:
            parts = urlsplit(base)
            if parts.scheme != "https" and parts.hostname not in _LOOPBACK:
                raise ValueError("an external provider is reached by https")
        self._http = httpx.AsyncClient(timeout=_TIMEOUT_S, trust_env=False)

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def ask(self, method: str, url: str, **parts: Any) -> dict[str, Any]:
        """The JSON object it answers; `url` stands in our log, so secrets go into `parts`.

        Raises:
            NotIdentified: It refuses.
            ProviderAway: It does not answer, or with something else.
        """
        try:
            response = await self._http.request(method, url, **parts)
            if response.is_client_error:
                raise NotIdentified
            response.raise_for_status()
            body = response.json()
        except (httpx.HTTPError, ValueError) as exc:
            _log.warning("external.no_answer", url=url, error=type(exc).__name__)
            raise ProviderAway from exc
        if not isinstance(body, dict):
            raise ProviderAway
        return body
