"""Take a photo in, made safe, and show it to those whom it concerns."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import orjson

from services.common.errors import NothingHere
from services.common.idempotency import Answer, Once
from services.common.ids import new_id
from services.tasks.domain.actors import Actor
from services.tasks.store import attachments
from services.tasks.store.store import Store

_CREATED = 201


@dataclass(frozen=True, slots=True)
class Picture:
    """A photo's bytes and what they are."""

    content: bytes
    media_type: str
    sha256: str


async def upload(store: Store, once: Once, actor: Actor, content: bytes, now: datetime) -> Answer:
    """Keep a photo, re-encoded; what was uploaded is thrown away.

    Raises:
        PhotoNotReadable: Not a complete JPEG, PNG or WebP by its content.
        PhotoTooLarge: More bytes or pixels than allowed.
    """
    # The file first: it is named by its content, so one left by a failed transaction is harmless.
    photo = await store.photos.keep(content)
    attachment_id = new_id()
    async with store.transaction(once) as tx:
        await attachments.add(tx.connection, attachment_id, photo, actor, now)
        body = {
            "id": str(attachment_id),
            "sha256": photo.sha256,
            "media_type": photo.media_type,
            "size_bytes": photo.size_bytes,
            "width_px": photo.width_px,
            "height_px": photo.height_px,
        }
        headers = (("Location", f"/v1/attachments/{attachment_id}"),)
        return await tx.answer(Answer(orjson.dumps(body), _CREATED, headers))


async def picture(store: Store, actor: Actor, attachment_id: UUID) -> Picture:
    """A photo's bytes.

    Raises:
        NothingHere: There is none, it is not for this caller, or its file is gone.
    """
    async with store.read() as connection:
        kept = await attachments.seen(connection, attachment_id, actor)
    try:
        content = await store.photos.content(kept.sha256)
    except FileNotFoundError as exc:
        raise NothingHere from exc
    return Picture(content, kept.media_type, kept.sha256)
