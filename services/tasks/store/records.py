"""What is written beside a whistle and never changed: timeline, overdue, ratings, photos."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from services.common.database import Connection
from services.common.errors import Fault, ValidationFailed
from services.tasks.domain.actors import Actor
from services.tasks.domain.deadlines import Alarm
from services.tasks.domain.whistles import Whistle

ENTER = """
insert into timeline (county, whistle_id, seq, at, action, round, subject, actor_name,
    organisation, role, comment, details)
select $1, $2, coalesce(max(seq), 0) + 1, $3, $4, $5, $6, $7, $8, $9, $10, $11
from timeline where county = $1 and whistle_id = $2
"""
ADD_OVERDUE = """
insert into overdue (county, whistle_id, organisation, round, what, level, due_at, fired_at)
values ($1, $2, $3, $4, $5, $6, $7, $8)
on conflict do nothing returning 1
"""
ADD_RATING = """
insert into ratings (county, whistle_id, round, satisfaction, score, comment, rated_by, rated_at)
values ($1, $2, $3, $4, $5, $6, $7, $8)
"""
# A photo uploaded by somebody who works for several counties is kept under the whistle's own,
# so that it lives on the same shard; the file on disk is the same.
ADOPT_PHOTOS = """
insert into attachments (county, id, sha256, media_type, size_bytes, width_px, height_px,
    uploaded_by, uploaded_at)
select $1, id, sha256, media_type, size_bytes, width_px, height_px, uploaded_by, uploaded_at
from attachments where id = any ($2) and uploaded_by = $3 and county <> $1
on conflict do nothing
"""
ADD_PHOTOS = """
insert into whistle_photos (county, whistle_id, photo_id, stage, organisation, place)
select $1, $2, a.id, $3, $4, p.place
from unnest($5::uuid[]) with ordinality as p (id, place)
join attachments a on a.county = $1 and a.id = p.id and a.uploaded_by = $6
on conflict do nothing
returning photo_id
"""
SYSTEM = "system"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of a timeline; never changed.

    Attributes:
        at: When it happened.
        action: Stable word, past tense.
        actor: Who; None when a deadline passed by itself.
        comment: What was said.
        details: What a program may want besides.
    """

    at: datetime
    action: str
    actor: Actor | None
    comment: str | None = None
    details: Mapping[str, Any] | None = None


async def enter(connection: Connection, whistle: Whistle, entry: Entry) -> None:
    """Append to the timeline; the whistle is locked, so the next number is free."""
    actor = entry.actor
    await connection.execute(
        ENTER,
        whistle.county,
        whistle.id,
        entry.at,
        entry.action,
        whistle.round,
        actor.subject if actor else SYSTEM,
        actor.name if actor else "系统",
        actor.organisation if actor else whistle.county,
        actor.role if actor else SYSTEM,
        entry.comment,
        orjson.dumps(entry.details).decode() if entry.details else None,
    )


async def add_photos(
    connection: Connection, whistle: Whistle, stage: str, photo_ids: Sequence[UUID], actor: Actor
) -> None:
    """Attach photos the actor uploaded.

    Raises:
        ValidationFailed: One is not there, or somebody else's, or used on this whistle already.
    """
    if not photo_ids:
        return
    wanted = list(dict.fromkeys(photo_ids))
    await connection.execute(ADOPT_PHOTOS, whistle.county, wanted, actor.subject)
    rows = await connection.fetch(
        ADD_PHOTOS,
        whistle.county,
        whistle.id,
        stage,
        actor.organisation,
        wanted,
        actor.subject,
    )
    added = {row["photo_id"] for row in rows}
    faults = [
        Fault(f"/photo_ids/{photo_ids.index(photo)}", "photo-not-found", "不是您上传的新照片。")
        for photo in wanted
        if photo not in added
    ]
    if faults:
        raise ValidationFailed(*faults)


async def add_overdue(
    connection: Connection, whistle: Whistle, alarm: Alarm, *, level: int, fired_at: datetime
) -> bool:
    """Record that a deadline passed; False when it is recorded already."""
    added = await connection.fetchval(
        ADD_OVERDUE,
        whistle.county,
        whistle.id,
        alarm.organisation,
        alarm.round,
        alarm.what,
        level,
        alarm.due_at,
        fired_at,
    )
    return added is not None


async def add_rating(  # noqa: PLR0913 — the columns of one record
    connection: Connection,
    whistle: Whistle,
    actor: Actor,
    *,
    satisfaction: str,
    score: int | None,
    comment: str | None,
    now: datetime,
) -> None:
    """Record the rating of a round; a later round gets its own."""
    await connection.execute(
        ADD_RATING,
        whistle.county,
        whistle.id,
        whistle.round,
        satisfaction,
        score,
        comment,
        actor.subject,
        now,
    )
