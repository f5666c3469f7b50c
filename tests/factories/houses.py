"""WeCom and DingTalk as far as signing in goes, in a process of its own.

Shapes as their documents give them: WeCom tells failures by `errcode` in a 200, DingTalk by status.
Who signs in is whoever the test adds to the address as `person`.
"""

import secrets
import sys
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

CORP, SECRET, AGENT, CLIENT = "ww-corp", "wecom-secret", "1000002", "ding-client"

codes: dict[str, str] = {}
tokens: dict[str, str] = {}
wecom_tokens: list[str] = []


async def wecom_page(request: Request) -> Response:
    sent = request.query_params
    assert (sent["login_type"], sent["appid"], sent["agentid"]) == ("CorpApp", CORP, AGENT)
    return _back(sent, "code")


async def wecom_token(request: Request) -> Response:
    if dict(request.query_params) != {"corpid": CORP, "corpsecret": SECRET}:
        return JSONResponse({"errcode": 40001, "errmsg": "invalid credential"})
    wecom_tokens.append(secrets.token_hex(8))
    answer = {"errcode": 0, "errmsg": "ok", "access_token": wecom_tokens[-1], "expires_in": 7200}
    return JSONResponse(answer)


async def wecom_person(request: Request) -> Response:
    sent = request.query_params
    if not wecom_tokens or sent["access_token"] != wecom_tokens[-1]:
        return JSONResponse({"errcode": 42001, "errmsg": "access_token expired"})
    person = codes.pop(sent["code"], None)
    if person is None:
        return JSONResponse({"errcode": 40029, "errmsg": "invalid code"})
    told: dict[str, Any] = {"errcode": 0, "errmsg": "ok"}
    # Somebody outside the enterprise has an openid instead.
    told |= {"openid": person} if person == "outsider" else {"userid": person, "user_ticket": "t"}
    return JSONResponse(told)


async def wecom_expire(_: Request) -> Response:
    wecom_tokens.append("another")
    return JSONResponse({})


async def dingtalk_page(request: Request) -> Response:
    sent = request.query_params
    assert (sent["client_id"], sent["response_type"], sent["prompt"]) == (
        CLIENT,
        "code",
        "consent",
    )
    return _back(sent, "authCode")


async def dingtalk_token(request: Request) -> Response:
    sent = await request.json()
    person = codes.pop(sent["code"], None)
    ours = (sent["clientId"], sent["clientSecret"], sent["grantType"])
    if person is None or ours != (CLIENT, SECRET, "authorization_code"):
        return JSONResponse({"code": "invalidAuthCode", "requestid": "r", "message": "no"}, 400)
    token = secrets.token_hex(8)
    tokens[token] = person
    corp = "ding-other" if person == "stranger" else "ding-corp"
    answer = {"accessToken": token, "refreshToken": "r", "expireIn": 7200, "corpId": corp}
    return JSONResponse(answer)


async def dingtalk_person(request: Request) -> Response:
    person = tokens.get(request.headers.get("x-acs-dingtalk-access-token", ""))
    if person is None:
        return JSONResponse({"code": "InvalidAuthentication", "message": "no"}, 401)
    told = {"nick": "张三", "unionId": person, "openId": "o", "mobile": "138", "stateCode": "86"}
    return JSONResponse(told)


def _back(sent: Any, name: str) -> Response:
    code = secrets.token_hex(8)
    codes[code] = sent["person"]
    return RedirectResponse(f"{sent['redirect_uri']}?{name}={code}&state={sent['state']}", 302)


APP = Starlette(
    routes=[
        Route("/wwlogin/sso/login", wecom_page),
        Route("/cgi-bin/gettoken", wecom_token),
        Route("/cgi-bin/auth/getuserinfo", wecom_person),
        Route("/expire", wecom_expire),
        Route("/oauth2/auth", dingtalk_page),
        Route("/v1.0/oauth2/userAccessToken", dingtalk_token, methods=["POST"]),
        Route("/v1.0/contact/users/me", dingtalk_person),
    ]
)

if __name__ == "__main__":
    uvicorn.run(APP, port=int(sys.argv[1]), log_level="error")
