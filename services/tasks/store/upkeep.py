"""What is thrown away when nobody needs it any more."""

from datetime import datetime

from services.common.database import Connection

SWEEP_KEYS = "delete from idempotency_keys where claimed_at < $1::timestamptz - interval '7 days'"
# Told and withdrawn timers explain a timeline for a while; the overdue records stay for ever.
SWEEP_TIMERS = """
delete from timers
where coalesce(fired_at, cancelled_at) < $1::timestamptz - interval '90 days'
"""
# A photo waits seven days for its whistle: a telephone may be without network for that long.
SWEEP_PHOTOS = """
delete from attachments a
where a.uploaded_at < $1::timestamptz - interval '7 days' and not exists (
    select from whistle_photos p where p.county = a.county and p.photo_id = a.id)
returning a.sha256
"""
UNUSED = """
select sha256 from unnest($1::text[]) as gone (sha256)
where not exists (select from attachments a where a.sha256 = gone.sha256)
"""


async def sweep(connection: Connection, now: datetime) -> list[str]:
    """Delete what is past its time; gives the SHA-256 of photos whose last row went."""
    await connection.execute(SWEEP_KEYS, now)
    await connection.execute(SWEEP_TIMERS, now)
    gone = {row["sha256"] for row in await connection.fetch(SWEEP_PHOTOS, now)}
    return [row["sha256"] for row in await connection.fetch(UNUSED, sorted(gone))]
