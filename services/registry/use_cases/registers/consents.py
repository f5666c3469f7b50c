"""A resident consents to what is optional, or withdraws; as easily as it was given."""

from dataclasses import dataclass
from uuid import UUID

import orjson

from services.common.clock import Clock, local_day, utc_now
from services.common.idempotency import Answer, Once
from services.common.ids import new_id
from services.registry.domain import scopes
from services.registry.domain.readings import Reading
from services.registry.domain.registers.entries import (
    EntryNotFound,
    NoticeNotConsent,
    require_consent_of,
)
from services.registry.store.registers import consents
from services.registry.store.store import Store
from services.registry.use_cases.residents import ResidentNotFound


@dataclass(frozen=True, slots=True)
class Word:
    """What a resident said.

    Attributes:
        notice: The text that was shown.
        version: Of that text.
        is_given: Consent; False withdraws it.
        said_by: `resident` or `guardian`.
    """

    notice: UUID
    version: int
    is_given: bool
    said_by: str


async def say(
    store: Store,
    reading: Reading,
    resident_id: UUID,
    word: Word,
    once: Once,
    *,
    clock: Clock = utc_now,
) -> Answer:
    """Keep what a resident said about a version of a text.

    Raises:
        ResidentNotFound: There is none, or none whom the caller may see.
        EntryNotFound: There is no such version of a text here.
        NoticeNotConsent: The text only informs.
        GuardianConsents: The resident is under 14.
    """
    counties = scopes.counties_of(reading.areas, store.counties)
    async with store.transaction(once) as tx:
        row = await consents.person(tx.connection, counties, resident_id, reading.areas)
        if row is None:
            raise ResidentNotFound
        notice = (word.notice, word.version)
        kind = await consents.kind_of_notice(tx.connection, notice, reading.areas)
        if kind is None:
            raise EntryNotFound
        if kind != "consent":
            raise NoticeNotConsent
        require_consent_of(row["born_on"], word.said_by, local_day(clock()))
        key = new_id()
        said = (key, *notice, word.is_given, word.said_by)
        await consents.add(tx.connection, reading, (row["county"], row["id"]), said)
        body = {"id": str(key), "notice": str(word.notice), "given": word.is_given}
        return await tx.answer(Answer(orjson.dumps(body), 201))


async def of_resident(store: Store, reading: Reading, resident_id: UUID) -> bytes:
    """Everything a resident said as JSON, newest first; `stands` marks the last of each text.

    Raises:
        ResidentNotFound: There is none, or none whom the caller may see.
    """
    counties = scopes.counties_of(reading.areas, store.counties)
    async with store.read() as connection:
        rows = await consents.of_resident(connection, reading, counties, resident_id)
    if not rows:
        raise ResidentNotFound
    items = [
        {
            "id": str(row["id"]),
            "notice": str(row["notice"]),
            "notice_version": row["notice_version"],
            "title": row["title"],
            "given": row["is_given"],
            "said_by": row["said_by"],
            "stands": row["is_last"],
            "recorded_by": row["recorded_by_name"],
            "recorded_organisation": row["recorded_organisation"],
            "recorded_at": row["recorded_at"],
        }
        for row in rows
        if row["id"] is not None
    ]
    return orjson.dumps(items)
