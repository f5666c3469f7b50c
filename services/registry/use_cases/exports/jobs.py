"""Exports: ask, look at, fetch, cancel; and the register of what was provided."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final
from uuid import UUID

import orjson

from services.common import clock as clocks
from services.common import paging, timers
from services.common.idempotency import Answer, Once
from services.common.ids import new_id
from services.registry.domain import agreements, filters
from services.registry.domain.askers import Asker
from services.registry.domain.exports import jobs as domain
from services.registry.domain.exports import plans
from services.registry.domain.exports.errors import ExportHasNoFile, ExportIsOver, ExportNotFound
from services.registry.domain.exports.jobs import Export
from services.registry.domain.exports.plans import Plan
from services.registry.domain.readings import Reading
from services.registry.store import agreements as standing
from services.registry.store.exports import jobs as exports
from services.registry.use_cases import cursors
from services.registry.use_cases.exports.plan import EXPIRE, RUN, Exporting, Request

LAST_ID: Final = UUID(int=(1 << 128) - 1)
"""Behind every id, where the first page begins."""

_ACCEPTED: Final = 202


@dataclass(frozen=True, slots=True)
class Whose:
    """Who asks.

    Attributes:
        reading: The caller.
        asker: Its roles and domains.
        base: Path of the exports, for links.
    """

    reading: Reading
    asker: Asker
    base: str


async def accept(env: Exporting, whose: Whose, request: Request, once: Once) -> Answer:
    """Check what is asked and set the export going.

    Raises:
        UnknownField, FieldNotReadable, FieldNotExportable: Of the fields.
        ExportTooBroad, ValidationFailed, FieldNotSearchable: Of the filter.
        AgreementMissing: Of a department's fields of other domains.
    """
    now, catalogue = env.clock(), env.store.catalogue
    fields, own = plans.permitted(request.fields, catalogue, request.filter, whose.asker)
    filters.check(request.filter, catalogue, whose.asker, clocks.local_day(now), "/filter")
    foreign = agreements.foreign(fields, whose.asker)
    async with env.store.read() as connection:
        agreed = await standing.standing(
            connection, whose.reading.organisation, clocks.local_day(now), [request.filter.within]
        )
    numbers = agreements.require(foreign, agreed)
    if request.agreement is None and numbers:
        request = replace(request, agreement=", ".join(numbers))
    job = _job(whose, request, own, env)
    async with env.store.transaction(once) as tx:
        await exports.add(tx.connection, env.store.sealer, job)
        await timers.schedule(tx.connection, run_key(job), RUN, now, payload_of(job))
        return await tx.answer(_answer(job, whose.base, _ACCEPTED))


async def one(env: Exporting, whose: Whose, text: str) -> Export:
    """An export the caller asked for.

    Raises:
        ExportNotFound: There is none.
    """
    try:
        wanted = UUID(text)
    except ValueError as exc:
        raise ExportNotFound from exc
    async with env.store.read() as connection:
        subject = whose.reading.reader
        job = await exports.by_id(connection, env.store.sealer, wanted, subject)
    # Somebody who moved to another office does not take the old one's files along.
    if job is None or not job.within.startswith(whose.reading.areas):
        raise ExportNotFound
    return job


async def page(
    env: Exporting, whose: Whose, after: str | None, limit: int
) -> tuple[list[Export], str | None]:
    """Exports the caller asked for, newest first, and the next cursor."""
    own = (whose.reading.organisation, whose.reading.reader)
    before = cursors.identifier(after, ("exports", own), LAST_ID)
    async with env.store.read() as connection:
        jobs = await exports.page(connection, env.store.sealer, own, before, limit + 1)
    shown = jobs[:limit]
    following = None
    if len(jobs) > limit:
        following = paging.encode([str(shown[-1].id)], ("exports", own))
    return shown, following


async def file(env: Exporting, whose: Whose, text: str) -> tuple[Export, Path]:
    """An export and where its file is.

    Raises:
        ExportNotFound: There is no such export.
        ExportHasNoFile: It is not done, or its file was deleted.
    """
    job = await one(env, whose, text)
    path = env.files.path(job.id)
    if not job.has_file or not path.exists():
        raise ExportHasNoFile
    return job, path


async def cancel(env: Exporting, whose: Whose, text: str, once: Once) -> Answer:
    """Stop an export; nothing of it was given to anybody.

    Raises:
        ExportNotFound: There is no such export.
        ExportIsOver: Nothing is left to stop.
    """
    job = await one(env, whose, text)
    async with env.store.transaction(once) as tx:
        await timers.cancel(tx.connection, run_key(job))
        ended = await exports.end(tx.connection, env.store.sealer, job, "cancelled")
        if ended is None:
            raise ExportIsOver
        return await tx.answer(_answer(ended, whose.base, 200))


async def provisions(
    env: Exporting,
    reading: Reading,
    organisation: str | None,
    after: str | None,
    limit: int,
) -> tuple[bytes, str | None]:
    """Entries of the register about the caller's areas as JSON, newest first."""
    bound = ("provisions", reading.areas, organisation)
    before = cursors.identifier(after, bound, LAST_ID)
    async with env.store.read() as connection:
        rows = await exports.provisions(connection, reading.areas, organisation, before, limit + 1)
    items = "[" + ",".join(view for _, view in rows[:limit]) + "]"
    following = paging.encode([str(rows[limit - 1][0])], bound) if len(rows) > limit else None
    return items.encode(), following


def run_key(job: Export) -> str:
    """The effect key of an export's work."""
    return f"{RUN}:{job.id}"


def expiry_key(job: Export) -> str:
    """The effect key of the deletion of its file."""
    return f"{EXPIRE}:{job.id}"


def payload_of(job: Export) -> dict[str, str]:
    """What its timers carry."""
    return {"export_id": str(job.id)}


def _job(whose: Whose, request: Request, own: tuple[str, ...], env: Exporting) -> Export:
    reading = whose.reading
    return Export(
        id=new_id(),
        within=request.filter.within,
        roles=sorted(whose.asker.roles),
        domains=sorted(whose.asker.domains),
        organisation=reading.organisation,
        requested_by=reading.reader,
        requested_by_name=reading.reader_name,
        role=_role(whose.asker),
        purpose=reading.purpose,
        request_id=reading.request_id,
        plan=Plan(
            request.format,
            tuple(dict.fromkeys(request.fields)),
            request.encoding,
            request.language,
            request.values or plans.usual_values(request.format),
            own,
        ),
        filter=request.filter,
        legal_basis=request.legal_basis,
        agreement=request.agreement,
        most=plans.most(whose.asker.roles),
        created_at=env.clock(),
    )


def _role(asker: Asker) -> str:
    """The role that carries furthest: it decided how much, so the register names it."""
    return max(sorted(asker.roles), key=lambda role: plans.MOST.get(role, 0))


def _answer(job: Export, base: str, status: int) -> Answer:
    headers = (("Location", f"{base}/{job.id}"),) if status == _ACCEPTED else ()
    return Answer(orjson.dumps(domain.view(job, base)), status, headers)
