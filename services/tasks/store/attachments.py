"""Who uploaded which photo, and who may see it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.common.database import Connection
from services.common.errors import NothingHere
from services.tasks.domain.actors import Actor
from services.tasks.store.photos import Photo
from services.tasks.store.whistles import VISIBLE

ADD = """
insert into attachments (county, id, sha256, media_type, size_bytes, width_px, height_px,
    uploaded_by, uploaded_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
"""
SEEN = f"""
select a.sha256, a.media_type from attachments a
where a.id = $1 and (a.uploaded_by = $4 or exists (
    select from whistle_photos p join whistles w on w.county = p.county and w.id = p.whistle_id
    where p.county = a.county and p.photo_id = a.id
      and {VISIBLE.format(areas="$2", organisation="$3")}))
limit 1
"""


@dataclass(frozen=True, slots=True)
class Kept:
    """Where a photo's bytes are and what they are."""

    sha256: str
    media_type: str


async def add(
    connection: Connection, attachment_id: UUID, photo: Photo, actor: Actor, now: datetime
) -> None:
    """Write down an upload."""
    await connection.execute(
        ADD,
        actor.county,
        attachment_id,
        photo.sha256,
        photo.media_type,
        photo.size_bytes,
        photo.width_px,
        photo.height_px,
        actor.subject,
        now,
    )


async def seen(connection: Connection, attachment_id: UUID, actor: Actor) -> Kept:
    """A photo for its uploader and for those who see a whistle that uses it.

    Raises:
        NothingHere: There is none, or it is not for this actor.
    """
    scope = actor.scope
    row = await connection.fetchrow(
        SEEN, attachment_id, list(scope.areas), scope.organisation, actor.subject
    )
    if row is None:
        raise NothingHere
    return Kept(row["sha256"], row["media_type"])
