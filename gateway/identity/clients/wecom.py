"""企业微信 (WeCom): who scanned the code with the app of one enterprise.

Web sign-in of an application of the enterprise's own (developer.work.weixin.qq.com, document
98152): the code buys a `userid` by the application's access token, which lives two hours.
"""

import time
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlencode

import structlog

from gateway.identity.clients.house import Asked, Line, NotIdentified, ProviderAway

_EARLY_S: Final = 300
_CODE_NOT_GOOD: Final = frozenset({40029, 42003})
"""The code is not one of theirs, or was used, or is too old."""
_TOKEN_OVER: Final = frozenset({40014, 42001})

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Enterprise:
    """The enterprise that is trusted, and our application there.

    Attributes:
        login_url: Where browsers sign in.
        api_url: Where we ask.
        corp_id: The enterprise.
        agent_id: Our application.
        secret: Its secret.
    """

    login_url: str
    api_url: str
    corp_id: str
    agent_id: str
    secret: str = field(repr=False)


class WeCom:
    """Talks to WeCom.

    Args:
        enterprise: Which one.

    Raises:
        ValueError: An address is not https (loopback excepted, for trials).
    """

    is_by_link = True

    def __init__(self, enterprise: Enterprise) -> None:
        self._enterprise = enterprise
        self._line = Line(enterprise.login_url, enterprise.api_url)
        self._token: tuple[float, str] | None = None

    async def close(self) -> None:
        """Close its connections."""
        await self._line.close()

    async def address(self, asked: Asked, state: str, challenge: str, locale: str) -> str:
        """Where the browser goes to scan; WeCom knows no PKCE, the sealed state ties it to us."""
        del challenge
        query = {
            "login_type": "CorpApp",
            "appid": self._enterprise.corp_id,
            "agentid": self._enterprise.agent_id,
            "redirect_uri": asked.redirect_uri,
            "state": state,
            "lang": "zh" if locale == "zh-CN" else "en",
        }
        return f"{self._enterprise.login_url}/wwlogin/sso/login?{urlencode(query)}"

    async def person(self, code: str, asked: Asked) -> str:
        """The `userid` of whoever scanned, in lower case: WeCom does not tell cases apart.

        Raises:
            ProviderAway: It did not answer as described.
            NotIdentified: The code buys nothing, or somebody outside the enterprise scanned.
        """
        del asked
        answer: dict[str, Any] = {}
        for fresh in (False, True):
            token = await self._access_token(fresh=fresh)
            answer = await self._line.ask(
                "GET",
                f"{self._enterprise.api_url}/cgi-bin/auth/getuserinfo",
                params={"access_token": token, "code": code},
            )
            if answer.get("errcode") not in _TOKEN_OVER:
                break
        if answer.get("errcode") in _CODE_NOT_GOOD:
            raise NotIdentified
        _require_success(answer)
        userid = answer.get("userid")
        if not isinstance(userid, str) or not userid:
            raise NotIdentified
        return userid.lower()

    async def _access_token(self, *, fresh: bool) -> str:
        if self._token is not None and not fresh and time.monotonic() < self._token[0]:
            return self._token[1]
        answer = await self._line.ask(
            "GET",
            f"{self._enterprise.api_url}/cgi-bin/gettoken",
            params={
                "corpid": self._enterprise.corp_id,
                "corpsecret": self._enterprise.secret,
            },
        )
        _require_success(answer)
        token, lives_s = str(answer["access_token"]), int(answer.get("expires_in", 0))
        self._token = (time.monotonic() + lives_s - _EARLY_S, token)
        return token


def _require_success(answer: dict[str, Any]) -> None:
    if answer.get("errcode", 0) != 0:
        _log.warning("external.refused_us", house="wecom", errcode=answer.get("errcode"))
        raise ProviderAway
