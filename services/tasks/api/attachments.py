"""Photos: upload one, look at one."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, File, Header, UploadFile
from starlette.responses import Response

from services.tasks.api.deps import ActorDep, NowDep, OnceDep, StoreDep
from services.tasks.api.views import AttachmentView
from services.tasks.store.photos import MAX_UPLOAD_BYTES
from services.tasks.use_cases import attachments

router = APIRouter(prefix="/v1/attachments", tags=["attachments"])


@router.post(
    "",
    operation_id="tasks.attachments.upload",
    status_code=201,
    responses={201: {"model": AttachmentView}},
)
async def upload(
    photo: Annotated[UploadFile, File(description="JPEG, PNG or WebP of at most 8 MiB.")],
    once: OnceDep,
    actor: ActorDep,
    store: StoreDep,
    now: NowDep,
) -> Response:
    """Keep a photo, re-encoded and without anything but its pixels."""
    content = await photo.read(MAX_UPLOAD_BYTES + 1)
    return (await attachments.upload(store, once, actor, content, now)).response()


@router.get(
    "/{attachment_id}",
    operation_id="tasks.attachments.view",
    response_class=Response,
    responses={200: {"content": {"image/jpeg": {}}}},
)
async def view(
    attachment_id: UUID,
    actor: ActorDep,
    store: StoreDep,
    if_none_match: Annotated[str | None, Header()] = None,
) -> Response:
    """A photo, for its uploader and for those who see a whistle that uses it."""
    picture = await attachments.picture(store, actor, attachment_id)
    etag = f'"{picture.sha256}"'
    headers = {
        "ETag": etag,
        "Cache-Control": "private, max-age=86400, immutable",
        # A browser shows it as a picture or not at all, whatever it believes to find inside.
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Content-Disposition": f'inline; filename="{attachment_id}.jpg"',
    }
    if if_none_match == etag:
        return Response(status_code=304, headers=headers)
    return Response(picture.content, headers=headers, media_type=picture.media_type)
