"""Looking at emergency accesses: who opened what, and whether it was justified."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import orjson

from services.common import outbox, paging
from services.common.clock import Clock, utc_now
from services.common.idempotency import Answer, Once
from services.common.outbox import Event
from services.registry.domain import areas
from services.registry.domain.emergencies.rules import (
    EmergencyIsOpen,
    EmergencyIsReviewed,
    EmergencyNotFound,
    EmergencyReviewNotYours,
)
from services.registry.domain.feed import EMERGENCY_REVIEWED
from services.registry.domain.readings import Reading
from services.registry.store.emergencies import accesses
from services.registry.store.emergencies.accesses import Row
from services.registry.store.store import Store
from services.registry.use_cases import cursors

_NEWEST: Final = UUID(int=(1 << 128) - 1)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which accesses are listed.

    Attributes:
        within: Area of the residents; checked against the caller's.
        sees_attempts: Whether attempts that found nobody are told.
        is_reviewed: Only those that are, or are not; None for all.
        after: Cursor of the last page.
        limit: Accesses at most.
    """

    within: str
    sees_attempts: bool
    is_reviewed: bool | None
    after: str | None
    limit: int


async def page(store: Store, reading: Reading, wanted: Wanted) -> tuple[bytes, str | None]:
    """A page of accesses as JSON, newest first, and the next page's cursor."""
    question = (wanted.within, wanted.is_reviewed)
    before = cursors.identifier(wanted.after, question, _NEWEST)
    async with store.read() as connection:
        rows = await accesses.page(
            connection,
            reading,
            within=wanted.within,
            sees_attempts=wanted.sees_attempts,
            before=before,
            is_reviewed=wanted.is_reviewed,
            limit=wanted.limit,
        )
    following = None
    if len(rows) > wanted.limit:
        following = paging.encode([str(rows[wanted.limit - 1]["id"])], question)
    return orjson.dumps([_view(store, row) for row in rows[: wanted.limit]]), following


async def review(  # noqa: PLR0913 — who judges which access, and how
    store: Store,
    reading: Reading,
    key: UUID,
    verdict: str,
    comment: str,
    once: Once,
    *,
    clock: Clock = utc_now,
) -> Answer:
    """Judge an access that is over; a judgement stands.

    Raises:
        EmergencyNotFound: There is none in the caller's areas.
        EmergencyReviewNotYours: The caller opened it.
        EmergencyIsOpen: Its time has not run out.
        EmergencyIsReviewed: Somebody was faster.
    """
    now = clock()
    async with store.transaction(once) as tx:
        row = await accesses.one(tx.connection, key)
        if row is None or not _covers(reading.areas, row["dwelling"] or row["county"]):
            raise EmergencyNotFound
        if row["opened_by"] == reading.reader:
            raise EmergencyReviewNotYours
        if row["expires_at"] > now:
            raise EmergencyIsOpen
        if not await accesses.review(
            tx.connection, store.sealer, key, reading, verdict=verdict, comment=comment, at=now
        ):
            raise EmergencyIsReviewed
        await outbox.publish(tx.connection, _told(row, verdict, now))
        body = {"id": str(key), "verdict": verdict, "reviewed_at": now}
        return await tx.answer(Answer(orjson.dumps(body)))


def _covers(scopes: Sequence[str], place: str) -> bool:
    return any(place.startswith(scope) for scope in scopes if scope)


def _told(row: Row, verdict: str, now: datetime) -> Event:
    resident_id = row["resident_id"]
    return Event(
        type=EMERGENCY_REVIEWED,
        subject=str(row["id"]),
        area=(row["dwelling"] or row["county"])[: areas.LENGTHS["grid"]],
        occurred_at=now,
        data={
            "county": row["county"],
            "resident": str(resident_id) if resident_id else None,
            "verdict": verdict,
        },
    )


def _view(store: Store, row: Row) -> dict[str, Any]:
    text, comment = accesses.texts(store.sealer, row)
    return {
        "id": str(row["id"]),
        "county": row["county"],
        "community": row["community"],
        "resident_id": str(row["resident_id"]) if row["resident_id"] else None,
        "opened_by": row["opened_by_name"],
        "opened_role": row["opened_role"],
        "opened_organisation": row["opened_organisation"],
        "reason": row["reason"],
        "text": text,
        "opened_at": row["opened_at"],
        "expires_at": row["expires_at"],
        "verdict": row["verdict"],
        "comment": comment,
        "reviewed_by": row["reviewed_by_name"],
        "reviewed_organisation": row["reviewed_organisation"],
        "reviewed_at": row["reviewed_at"],
    }
