"""Drawing the boundary of an area."""

from typing import Annotated, Final

from fastapi import APIRouter, Path, Request
from starlette.responses import Response

from services.common import edge
from services.common.auth import Caller
from services.common.errors import Fault, ValidationFailed
from services.common.idempotency import OnceHeader
from services.registry.api import bodies, documents, feature_schemas
from services.registry.api.deps import StoreDep, officer_of
from services.registry.use_cases.places import boundaries
from services.registry.use_cases.places.boundaries import Drawing

router = APIRouter(prefix="/v1/areas", tags=["features"])

_GEOJSON: Final = "application/geo+json"
_LONGEST_SOURCE: Final = 200
_BODY: Final = {
    "requestBody": {
        "required": True,
        "content": {
            media: {"schema": feature_schemas.GEOMETRY} for media in (_GEOJSON, documents.JSON)
        },
    }
}


@router.put(
    "/{code}/boundary",
    operation_id="registry.boundaries.draw",
    summary="Draw the boundary of an area",
    responses={200: {"model": feature_schemas.Boundary}},
    openapi_extra={**_BODY, "parameters": [documents.OPTIONAL_IF_MATCH]},
)
async def draw(
    request: Request,
    store: StoreDep,
    caller: Caller,
    once: OnceHeader,
    code: Annotated[str, Path(max_length=26)],
) -> Response:
    """A GeoJSON Polygon or MultiPolygon in WGS 84, valid from today; the former one is kept.

    It must be simple and lie in its parent; where it overlaps a neighbour, a finding says so.
    """
    body = await bodies.json_object(request, _GEOJSON)
    bodies.only(body, "type", "coordinates", "source", "bbox")
    source = body.get("source", caller.organisation)
    if not isinstance(source, str) or not 0 < len(source) <= _LONGEST_SOURCE:
        raise ValidationFailed(Fault("/source", "string", "A text of 1 to 200 characters."))
    given = request.headers.get("if-match")
    version = None if given is None else edge.version_of(given)
    drawing = Drawing(code, body, source, version)
    answer = await boundaries.draw(store, officer_of(caller), drawing, once)
    return answer.response()
