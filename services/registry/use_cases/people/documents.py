"""The documents of a resident: added, ended, put right."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

import orjson

from services.common import outbox
from services.common.clock import Clock, local_day, utc_now
from services.common.errors import (
    Fault,
    NothingHere,
    NotPermitted,
    ValidationFailed,
    VersionIsStale,
)
from services.common.idempotency import Answer, Once
from services.common.ids import new_id
from services.common.outbox import Event
from services.registry.domain import areas, documents, scopes
from services.registry.domain.askers import Asker
from services.registry.domain.assertions import method_of
from services.registry.domain.readings import Reading
from services.registry.store import corrections as corrected
from services.registry.store.people import documents as kept
from services.registry.store.people import registering as identities
from services.registry.store.people.documents import Paper
from services.registry.store.people.registering import Sealed
from services.registry.store.store import Store, Tx
from services.registry.use_cases import corrections
from services.registry.use_cases.people import registering
from services.registry.use_cases.residents import ResidentNotFound

_OWNER = "public_security"
_NOTHING: tuple[str | None, date | None] = (None, None)
ADDERS = frozenset({"grid_worker", "community_officer", "street_officer"})
"""Who may add a document that somebody shows, and see those there are."""


class DocumentNotFound(NothingHere):
    """The resident has no such document that counts."""

    title = "Document not found"
    title_zh = "未找到该证件"
    title_ko = "해당 증명서를 찾을 수 없습니다"


@dataclass(frozen=True, slots=True)
class Given:
    """A document somebody shows.

    Attributes:
        kind: Of `documents.KINDS`.
        number: As typed.
        issued_on: Day of issue.
        expires_on: Last day.
        is_primary: Whether it is shown from now on; the first one always is.
    """

    kind: str
    number: str
    issued_on: date | None = None
    expires_on: date | None = None
    is_primary: bool = False


@dataclass(frozen=True, slots=True)
class Whose:
    """A resident, and the version of the record that the caller read."""

    resident_id: UUID
    version: int


@dataclass(frozen=True, slots=True)
class _Held:
    key: tuple[str, UUID]
    row: Any
    papers: Sequence[Paper]

    @property
    def primary(self) -> Paper | None:
        return next((p for p in self.papers if p.is_primary), None)


async def add(
    store: Store,
    reading: Reading,
    asker: Asker,
    change: tuple[Whose, Given],
    once: Once,
    clock: Clock = utc_now,
) -> Answer:
    """Add a document.

    Raises:
        IdNumberInvalid: The number cannot exist.
        DocumentAlreadyKnown: Somebody has it.
        ValidationFailed: It contradicts sex or birth date.
        ResidentNotFound, VersionIsStale, NotPermitted: As with corrections.
    """
    whose, given = change
    _permit(asker, adds=True)
    read = documents.read(given.kind, given.number, local_day(clock()))
    async with store.transaction(once) as tx:
        held = await _hold(store, tx, reading, whose)
        told = _told(held, read)
        paper = registering.seal(store, whose.resident_id, (read.kind, read.number))
        await _claim(tx, paper, held, reading)
        first = given.is_primary or held.row["document_kind"] is None
        one = Paper(new_id(), paper, is_primary=False)
        one = replace(one, issued_on=given.issued_on, expires_on=given.expires_on)
        await kept.add(tx.connection, held.key, one, reading.reader)
        if first:
            await kept.set_primary(tx.connection, held.key, one.id)
        shown = paper if first else _present(held)
        version = await _show(tx, held, shown, told if first else _NOTHING, reading)
        return await _done(tx, held, version, (asker, reading), clock, one.id, 201)


async def end(
    store: Store,
    reading: Reading,
    asker: Asker,
    change: tuple[Whose, str, str],
    once: Once,
    clock: Clock = utc_now,
) -> Answer:
    """End a document; another that counts, if there is one, becomes the primary one.

    Raises:
        DocumentNotFound: The resident has no such document that counts.
        ResidentNotFound, VersionIsStale, NotPermitted: As with corrections.
    """
    whose, paper_id, reason = change
    _permit(asker, adds=False)
    async with store.transaction(once) as tx:
        held = await _hold(store, tx, reading, whose)
        one = _named(held, paper_id)
        await kept.end(tx.connection, held.key, one, reading.reader, reason)
        shown = _present(held)
        if one.is_primary:
            following = next((p for p in held.papers if p.id != one.id), None)
            shown = following.paper if following else None
            if following:
                await kept.set_primary(tx.connection, held.key, following.id)
        version = await _show(tx, held, shown, (None, None), reading)
        return await _done(tx, held, version, (asker, reading), clock, one.id, 200)


async def put_right(
    store: Store,
    reading: Reading,
    asker: Asker,
    change: tuple[Whose, str, str, str],
    once: Once,
    clock: Clock = utc_now,
) -> Answer:
    """Give a document its right number; the wrong one is kept as ended, with the reason.

    Raises:
        IdNumberInvalid, DocumentAlreadyKnown, DocumentNotFound: As with adding and ending.
        ResidentNotFound, VersionIsStale, NotPermitted: As with corrections.
    """
    whose, paper_id, number, reason = change
    _permit(asker, adds=False)
    async with store.transaction(once) as tx:
        held = await _hold(store, tx, reading, whose)
        one = _named(held, paper_id)
        read = documents.read(one.paper.kind, number, local_day(clock()))
        paper = registering.seal(store, whose.resident_id, (read.kind, read.number))
        await kept.end(tx.connection, held.key, one, reading.reader, reason)
        await _claim(tx, paper, held, reading)
        right = replace(one, id=new_id(), paper=paper, is_primary=False)
        await kept.add(tx.connection, held.key, right, reading.reader)
        shown, told = _present(held), _NOTHING
        if one.is_primary:
            await kept.set_primary(tx.connection, held.key, right.id)
            # The right number tells sex and birth date anew: they came from the wrong one.
            shown, told = paper, (read.sex, read.born_on)
        version = await _show(tx, held, shown, told, reading)
        return await _done(tx, held, version, (asker, reading), clock, right.id, 200)


def _permit(asker: Asker, *, adds: bool) -> None:
    police = _OWNER in asker.domains
    if not police and not (adds and asker.roles & ADDERS):
        raise NotPermitted("The department of public security keeps the documents of residents.")


async def _hold(store: Store, tx: Tx, reading: Reading, whose: Whose) -> _Held:
    """The resident and its documents; the primary one gets a row of its own when it has none."""
    counties = scopes.counties_of(reading.areas, store.counties)
    row = await kept.hold(tx.connection, whose.resident_id, counties, reading.areas)
    if row is None:
        raise ResidentNotFound
    if row["version"] != whose.version:
        raise VersionIsStale(version=row["version"])
    key = (row["county"], whose.resident_id)
    papers = [
        replace(one, paper=registering.known(store, whose.resident_id, one.paper))
        for one in await kept.papers(tx.connection, *key)
    ]
    if row["document_kind"] is not None and not any(p.is_primary for p in papers):
        paper = Sealed(row["document_kind"], row["document_sealed"], row["document_index"])
        paper = registering.known(store, whose.resident_id, paper)
        own = Paper(new_id(), paper, is_primary=True)
        await kept.add(tx.connection, key, own, reading.reader)
        papers = [own, *papers]
    return _Held(key, row, papers)


def _named(held: _Held, paper_id: str) -> Paper:
    """The document with an id; `primary` names the primary one."""
    for one in held.papers:
        if str(one.id) == paper_id or (paper_id == "primary" and one.is_primary):
            return one
    raise DocumentNotFound


def _present(held: _Held) -> Sealed | None:
    return held.primary.paper if held.primary else None


def _told(held: _Held, read: documents.Document) -> tuple[str | None, date | None]:
    """Sex and birth date as the number tells them; they must not contradict the record."""
    for name, told in (("sex", read.sex), ("born_on", read.born_on)):
        known = held.row[name]
        if told is not None and known not in {None, "0", "9", told}:
            detail = f"The number tells another {name} than the record has."
            raise ValidationFailed(Fault("/number", "contradicts-record", detail))
    return read.sex, read.born_on


async def _claim(tx: Tx, paper: Sealed, held: _Held, reading: Reading) -> None:
    await registering.require_free(tx, paper, reading.areas)
    if not await identities.identify(tx.connection, paper, *held.key):
        raise registering.DocumentAlreadyKnown


async def _show(
    tx: Tx,
    held: _Held,
    paper: Sealed | None,
    told: tuple[str | None, date | None],
    reading: Reading,
) -> int:
    why = f"{reading.operation} {reading.purpose} {reading.request_id}"
    return await kept.show(tx.connection, held.key, paper, told, (reading.reader, why))


async def _done(  # noqa: PLR0913, PLR0917 — what the record, the feed and the caller are told
    tx: Tx,
    held: _Held,
    version: int,
    by: tuple[Asker, Reading],
    clock: Clock,
    paper_id: UUID,
    status: int,
) -> Answer:
    """Leave the access record, tell the feed, and answer without any number."""
    asker, reading = by
    county, resident_id = held.key
    log = (*reading.columns, list(kept.FIELDS), county, resident_id)
    await tx.connection.execute(corrected.ACCESS, *log)
    event = Event(
        corrections.CORRECTED,
        str(resident_id),
        held.row["dwelling"][: areas.LENGTHS["grid"]],
        clock(),
        {
            "county": county,
            "version": version,
            "fields": ["document"],
            "method": method_of(asker.roles),
        },
        _OWNER,
    )
    await outbox.publish(tx.connection, event)
    body = {"id": str(paper_id), "resident": str(resident_id), "version": version}
    headers = (("ETag", f'"{version}"'), ("Cache-Control", "no-store"))
    return await tx.answer(Answer(orjson.dumps(body), status, headers))
