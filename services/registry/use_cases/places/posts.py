"""Who holds which post, where and when."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

import orjson

from services.common import paging
from services.common.clock import Clock, local_day, utc_now
from services.common.errors import Fault, NothingHere, ValidationFailed, VersionIsStale
from services.common.idempotency import Answer, Once
from services.common.ids import new_id
from services.registry.domain import areas
from services.registry.domain.officers import Officer
from services.registry.domain.places import posts as rules
from services.registry.domain.places.changes import AreaNotValid
from services.registry.store.places import areas as places
from services.registry.store.places import posts
from services.registry.store.places.posts import Post
from services.registry.store.store import Store, Tx
from services.registry.use_cases import cursors
from services.registry.use_cases.places import telling


class PostNotFound(NothingHere):
    """There is no such post, or it stands outside your areas."""

    title = "Post not found"
    title_zh = "未找到该岗位"
    title_ko = "해당 직책을 찾을 수 없습니다"


@dataclass(frozen=True, slots=True)
class Appointment:
    """Somebody is to hold a post."""

    area: str
    post: str
    seat: str
    holder: str
    phone: str | None
    valid_from: date | None
    valid_to: date | None


async def appoint(
    store: Store, asker: Officer, wanted: Appointment, once: Once, clock: Clock = utc_now
) -> Answer:
    """Fill a post.

    Raises:
        ValidationFailed: It does not stand in such an area, or ends before it begins.
        NotPermitted: The caller may not fill it.
        NothingHere: The area lies outside the caller's.
        AreaNotValid: There is no such valid area.
        PostTaken: Somebody holds it at that time.
    """
    rules.check(wanted.post, wanted.area, wanted.seat, wanted.phone)
    rules.may_appoint(wanted.post, asker.roles)
    if not areas.within_any(wanted.area, asker.areas):
        raise NothingHere
    begins = wanted.valid_from or local_day(clock())
    if wanted.valid_to is not None and wanted.valid_to <= begins:
        raise ValidationFailed(Fault("/valid_to", "period", "It ends after it begins."))
    values = {
        "area": wanted.area,
        "post": wanted.post,
        "seat": wanted.seat,
        "holder": wanted.holder,
        "phone": wanted.phone,
    }
    post = Post(id=new_id(), valid_from=begins, valid_to=wanted.valid_to, **values)  # type: ignore[arg-type]  # texts
    async with store.transaction(once) as tx:
        if not await places.is_valid(tx.connection, post.area):
            raise AreaNotValid(area=post.area)
        await posts.add(tx.connection, store.sealer, post, asker.by)
        await telling.of_post(tx, telling.POST_FILLED, post, clock())
        return await tx.answer(_answer(post, 201))


async def correct(
    store: Store, asker: Officer, post_id: UUID, changes: Mapping[str, Any], once: Once
) -> Answer:
    """Write the holder's name and telephone anew.

    Args:
        store: To record in.
        asker: The caller.
        post_id: Of the post.
        changes: `version` that was read, `holder`, `phone`.
        once: The request's claim.

    Raises:
        PostNotFound: There is none in the caller's areas.
        VersionIsStale: Somebody changed it since.
    """
    async with store.transaction(once) as tx:
        post = await _held(tx, store, asker, post_id, changes["version"])
        rules.check(post.post, post.area, post.seat, changes["phone"])
        written = replace(
            post, holder=changes["holder"], phone=changes["phone"], version=post.version + 1
        )
        await posts.correct(tx.connection, store.sealer, written, asker.by)
        await telling.of_post(tx, telling.POST_CORRECTED, written, utc_now())
        return await tx.answer(_answer(written, 200))


async def end(
    store: Store, asker: Officer, post_id: UUID, version: int, day: date, once: Once
) -> Answer:
    """Let a post end; `day` is the first on which it is free.

    Raises:
        PostNotFound: There is none in the caller's areas.
        VersionIsStale: Somebody changed it since.
        ValidationFailed: It would end before it began, or after its end.
    """
    async with store.transaction(once) as tx:
        post = await _held(tx, store, asker, post_id, version)
        if day <= post.valid_from or (post.valid_to is not None and day > post.valid_to):
            raise ValidationFailed(Fault("/on", "period", "A day while it is held is expected."))
        await posts.end(tx.connection, post_id, day, asker.by)
        ended = replace(post, valid_to=day, version=post.version + 1)
        await telling.of_post(tx, telling.POST_ENDED, ended, utc_now())
        return await tx.answer(_answer(ended, 200))


async def page(  # noqa: PLR0913 — one argument for each filter of the list
    store: Store,
    *,
    within: str,
    post: str | None,
    on: date | None,
    after: str | None,
    limit: int,
    clock: Clock = utc_now,
) -> tuple[bytes, str | None]:
    """A page of the posts held on a day, and the next page's cursor."""
    question = ("posts", within, post, str(on))
    last = cursors.dwelling_and_id(after, question)
    day = on or local_day(clock())
    async with store.read() as connection:
        found = await posts.page(
            connection,
            store.sealer,
            within=within,
            post=post,
            on=day,
            after=last,
            limit=limit + 1,
        )
    items = orjson.dumps([held.view() for held in found[:limit]])
    if len(found) <= limit:
        return items, None
    final = found[limit - 1]
    return items, paging.encode([final.area, str(final.id)], question)


async def _held(tx: Tx, store: Store, asker: Officer, post_id: UUID, version: int) -> Post:
    post = await posts.hold(tx.connection, store.sealer, post_id)
    if post is None or not areas.within_any(post.area, asker.areas):
        raise PostNotFound
    rules.may_appoint(post.post, asker.roles)
    if post.version != version:
        raise VersionIsStale(version=post.version)
    return post


def _answer(post: Post, status: int) -> Answer:
    headers = (("ETag", f'"{post.version}"'), ("Cache-Control", "no-store"))
    return Answer(orjson.dumps(post.view()), status, headers)
