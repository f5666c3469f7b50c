"""Areas as OGC API – Features 1.0 (17-069r4), classes Core and GeoJSON; and drawing boundaries."""

from datetime import UTC, datetime
from typing import Annotated, Any, Final
from urllib.parse import urlencode

import orjson
from fastapi import APIRouter, Path, Request
from starlette.responses import Response

from services.common.auth import Caller
from services.registry.api import feature_schemas
from services.registry.api.deps import StoreDep
from services.registry.domain.places import features as rules
from services.registry.domain.places.features import COLLECTIONS
from services.registry.settings import RegistrySettings
from services.registry.use_cases.places import features

router = APIRouter(prefix="/v1/ogc", tags=["features"])

_MEDIA: Final = {"geojson": "application/geo+json", "json": "application/json"}
_OPENAPI: Final = "application/vnd.oai.openapi+json;version=3.1"
_TITLE: Final = "一网 · 区划与网格 / OneGrid areas"


def _content(schema: dict[str, Any]) -> dict[str, Any]:
    return {media: {"schema": schema} for media in _MEDIA.values()}


Level = Annotated[str, Path(max_length=20)]


@router.get(
    "",
    operation_id="registry.ogc.landing",
    summary="Landing page",
    responses={200: {"model": feature_schemas.Landing}},
)
async def landing(request: Request) -> Response:
    """Where the API definition, the conformance classes and the collections are."""
    rules.only(request.query_params)
    base, root = _base(request), _root(request)
    return _json(
        {
            "title": _TITLE,
            "links": [
                _link(base, "self", "application/json"),
                _link(f"{root}/openapi.json", "service-desc", _OPENAPI),
                _link(f"{base}/conformance", "conformance", "application/json"),
                _link(f"{base}/collections", "data", "application/json"),
            ],
        }
    )


@router.get(
    "/conformance",
    operation_id="registry.ogc.conformance",
    summary="Conformance classes",
    responses={200: {"model": feature_schemas.Conformance}},
)
async def conformance(request: Request) -> Response:
    """What of the standard is implemented."""
    rules.only(request.query_params)
    return _json({"conformsTo": list(rules.CONFORMS_TO)})


@router.get(
    "/collections",
    operation_id="registry.ogc.collections",
    summary="Collections",
    responses={200: {"model": feature_schemas.Collections}},
)
async def collections(request: Request, store: StoreDep, caller: Caller) -> Response:
    """One for each level from prefecture to grid."""
    rules.only(request.query_params)
    told = [await _collection(request, store, caller.areas, level) for level in COLLECTIONS]
    links = [_link(f"{_base(request)}/collections", "self", "application/json")]
    return _json({"links": links, "collections": told})


@router.get(
    "/collections/{level}",
    operation_id="registry.ogc.collection",
    summary="One collection",
    responses={200: {"model": feature_schemas.Collection}},
)
async def collection(request: Request, store: StoreDep, caller: Caller, level: Level) -> Response:
    """Its title and extent, and where its features are."""
    rules.only(request.query_params)
    return _json(await _collection(request, store, caller.areas, level))


@router.get(
    "/collections/{level}/items",
    operation_id="registry.ogc.items",
    summary="Features of a collection",
    responses={
        200: {
            "content": {_MEDIA["geojson"]: {"schema": feature_schemas.FEATURES}, _MEDIA["json"]: {}}
        }
    },
    openapi_extra={"parameters": feature_schemas.ITEM_PARAMETERS},
)
async def items(request: Request, store: StoreDep, caller: Caller, level: Level) -> Response:
    """Areas in the caller's own, valid today or in `datetime`, in code order."""
    given = dict(request.query_params)
    query = rules.query_of(given)
    found = await features.find(store, caller.areas, level, query)
    here = f"{_base(request)}/collections/{level}"
    links = _self_and_alternate(f"{here}/items", given, query.format)
    links.append(_link(here, "collection", "application/json"))
    if found.following is not None:
        onward = {**given, "after": found.following}
        links.append(_link(f"{here}/items?{urlencode(onward)}", "next", _MEDIA[query.format]))
    head = {
        "type": "FeatureCollection",
        "timeStamp": datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        "numberMatched": found.matched,
        "numberReturned": len(found.items),
        "links": links,
    }
    body = orjson.dumps(head)[:-1] + b',"features":[' + ",".join(found.items).encode() + b"]}"
    return Response(body, media_type=_MEDIA[query.format])


@router.get(
    "/collections/{level}/items/{code}",
    operation_id="registry.ogc.item",
    summary="One feature",
    responses={
        200: {
            "content": {_MEDIA["geojson"]: {"schema": feature_schemas.FEATURE}, _MEDIA["json"]: {}}
        }
    },
    openapi_extra={"parameters": [feature_schemas.FORMAT]},
)
async def item(
    request: Request,
    store: StoreDep,
    caller: Caller,
    level: Level,
    code: Annotated[str, Path(max_length=26)],
) -> Response:
    """An area valid today; its ETag is the version of its boundary."""
    given = dict(request.query_params)
    rules.only(given, "f")
    wanted = rules.format_of(given)
    text = await features.one(store, caller.areas, level, code)
    here = f"{_base(request)}/collections/{level}"
    links = _self_and_alternate(f"{here}/items/{code}", given, wanted)
    links.append(_link(here, "collection", "application/json"))
    body = text.encode()[:-1] + b',"links":' + orjson.dumps(links) + b"}"
    version = orjson.loads(text)["properties"]["boundary_version"]
    headers = {} if version is None else {"ETag": f'"{version}"'}
    return Response(body, headers=headers, media_type=_MEDIA[wanted])


async def _collection(
    request: Request, store: StoreDep, areas: tuple[str, ...], level: str
) -> dict[str, Any]:
    bbox, since = await features.extent(store, areas, level)
    zh, en = COLLECTIONS[level]
    here = f"{_base(request)}/collections/{level}"
    extent: dict[str, Any] = {
        "temporal": {"interval": [[f"{since}T00:00:00+08:00" if since else None, None]]}
    }
    if bbox is not None:
        extent["spatial"] = {"bbox": [bbox], "crs": rules.CRS84}
    return {
        "id": level,
        "title": f"{zh} / {en}",
        "itemType": "feature",
        "crs": [rules.CRS84],
        "extent": extent,
        "links": [
            _link(here, "self", "application/json"),
            *(_link(f"{here}/items?f={f}", "items", media) for f, media in _MEDIA.items()),
        ],
    }


def _self_and_alternate(path: str, given: dict[str, str], wanted: str) -> list[dict[str, str]]:
    links = []
    for form, media in _MEDIA.items():
        href = f"{path}?{urlencode({**given, 'f': form})}"
        links.append(_link(href, "self" if form == wanted else "alternate", media))
    return links


def _base(request: Request) -> str:
    return f"{_root(request)}{router.prefix}"


def _root(request: Request) -> str:
    """The public address of this service; in a process of its own, no request tells it."""
    settings: RegistrySettings = request.app.state.settings
    return f"{settings.issuer}/registry"


def _link(href: str, rel: str, media: str) -> dict[str, str]:
    return {"href": href, "rel": rel, "type": media}


def _json(body: dict[str, Any]) -> Response:
    return Response(orjson.dumps(body), media_type="application/json")
