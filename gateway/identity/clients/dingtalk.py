"""钉钉 (DingTalk): who agreed on its sign-in page.

OAuth 2 code flow of open.dingtalk.com (获取用户token, 获取用户通讯录个人信息): the code buys the
user's token, the token their `unionId`, which is one for all applications of one organisation.
"""

from dataclasses import dataclass, field
from urllib.parse import urlencode

from gateway.identity.clients.house import Asked, Line, NotIdentified


@dataclass(frozen=True, slots=True)
class Application:
    """Our application at DingTalk.

    Attributes:
        login_url: Where browsers sign in.
        api_url: Where we ask.
        client_id: How it knows us.
        secret: Our secret.
        corp_id: The one organisation whose people may come; empty where anybody linked may.
    """

    login_url: str
    api_url: str
    client_id: str
    secret: str = field(repr=False)
    corp_id: str


class DingTalk:
    """Talks to DingTalk.

    Args:
        application: Ours.

    Raises:
        ValueError: An address is not https (loopback excepted, for trials).
    """

    is_by_link = True

    def __init__(self, application: Application) -> None:
        self._application = application
        self._line = Line(application.login_url, application.api_url)

    async def close(self) -> None:
        """Close its connections."""
        await self._line.close()

    async def address(self, asked: Asked, state: str, challenge: str, locale: str) -> str:
        """Where the browser goes; DingTalk knows no PKCE, so the sealed state ties it to us."""
        del challenge, locale
        ours = self._application
        query = {
            "client_id": ours.client_id,
            "redirect_uri": asked.redirect_uri,
            "response_type": "code",
            "scope": "openid corpid" if ours.corp_id else "openid",
            "state": state,
            "prompt": "consent",
            **({"corpId": ours.corp_id} if ours.corp_id else {}),
        }
        return f"{ours.login_url}/oauth2/auth?{urlencode(query)}"

    async def person(self, code: str, asked: Asked) -> str:
        """The `unionId` of whoever agreed.

        Raises:
            ProviderAway: It did not answer.
            NotIdentified: The code buys nothing, or for another organisation.
        """
        del asked
        ours = self._application
        bought = await self._line.ask(
            "POST",
            f"{ours.api_url}/v1.0/oauth2/userAccessToken",
            json={
                "clientId": ours.client_id,
                "clientSecret": ours.secret,
                "code": code,
                "grantType": "authorization_code",
            },
        )
        token = bought.get("accessToken")
        if not isinstance(token, str) or (ours.corp_id and bought.get("corpId") != ours.corp_id):
            raise NotIdentified
        told = await self._line.ask(
            "GET",
            f"{ours.api_url}/v1.0/contact/users/me",
            headers={"x-acs-dingtalk-access-token": token},
        )
        union_id = told.get("unionId")
        if not isinstance(union_id, str) or not union_id:
            raise NotIdentified
        return union_id
