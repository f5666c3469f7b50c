import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from gateway.app import Services


def told(name: str) -> Starlette:
    async def tell(request: Request) -> PlainTextResponse:
        root = request.scope.get("root_path", "")
        return PlainTextResponse(f"{name} {root} {request.path_params['rest']}")

    return Starlette(routes=[Route("/{rest:path}", tell)])


@pytest.mark.parametrize(
    ("path", "heard"),
    [
        ("/registry/v1/areas", "registry /registry v1/areas"),
        ("/registry/", "registry /registry "),
        ("/registry", "gateway  registry"),
        ("/registryx", "gateway  registryx"),
        ("/registryx/v1", "gateway  registryx/v1"),
        ("/desk/registry/", "gateway  desk/registry/"),
        ("/", "gateway  "),
        ("//registry/v1", "gateway  /registry/v1"),
    ],
)
async def test_the_first_part_of_the_path_names_the_service(path: str, heard: str) -> None:
    app = Services(told("gateway"), apps={"registry": told("registry")})
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://h") as http:
        assert (await http.get(f"http://h{path}")).text == heard
