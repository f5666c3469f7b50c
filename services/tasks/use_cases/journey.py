"""The steps of a whistle: what each decides, and what it alone writes."""

from dataclasses import dataclass
from uuid import UUID

from services.common.database import Connection
from services.common.errors import Fault, ValidationFailed
from services.common.idempotency import Answer
from services.common.ids import new_id
from services.tasks.domain import deadlines, journey
from services.tasks.domain.journey import Satisfaction
from services.tasks.domain.whistles import Whistle
from services.tasks.store import defaults, records
from services.tasks.store.store import Store
from services.tasks.use_cases import steps
from services.tasks.use_cases.steps import Asked, Taken


@dataclass(frozen=True, slots=True, kw_only=True)
class Shorter:
    """Limits a dispatcher asked for; None keeps the county's."""

    sign_within_s: int | None = None
    arrive_within_s: int | None = None
    close_within_s: int | None = None


async def blow(store: Store, asked: Asked) -> Answer:
    """The street's principal has checked the report and calls the departments.

    Raises:
        DomainError: As `steps.take`.
    """

    async def decide(_: Connection, before: Whistle) -> Taken:
        after = journey.blow(before, asked.actor)
        return Taken(after=after, action="blown", fact="blown", comment=asked.comment)

    return await steps.take(store, asked, decide)


async def dispatch(
    store: Store, asked: Asked, lead: str, co_handlers: tuple[str, ...], shorter: Shorter
) -> Answer:
    """The street names lead and co-handlers; their clocks start, at most as long as the county's.

    Raises:
        ValidationFailed: A code is no department here, or a limit is longer than the county's.
        DomainError: As `steps.take`.
    """

    async def decide(connection: Connection, before: Whistle) -> Taken:
        limits = deadlines.shortened(
            await defaults.of(connection, before.county, before.kind),
            sign=shorter.sign_within_s,
            arrive=shorter.arrive_within_s,
            close=shorter.close_within_s,
        )
        after = journey.dispatch(
            before,
            asked.actor,
            lead=lead,
            co_handlers=co_handlers,
            limits=limits,
            leg_ids=[new_id() for _ in (lead, *co_handlers)],
            now=asked.now,
        )
        told = {"lead": lead, "co_handlers": list(co_handlers)}
        return Taken(
            after=after, action="dispatched", fact="dispatched", comment=asked.comment, told=told
        )

    return await steps.take(store, asked, decide)


async def sign(store: Store, asked: Asked) -> Answer:
    """A department takes its part; raises as `steps.take`."""

    async def decide(_: Connection, before: Whistle) -> Taken:
        after = journey.sign(before, asked.actor, asked.now)
        return _by_department(asked, after, "signed")

    return await steps.take(store, asked, decide)


async def arrive(store: Store, asked: Asked) -> Answer:
    """A department has come, or has reached the resident (报到); raises as `steps.take`."""

    async def decide(_: Connection, before: Whistle) -> Taken:
        after = journey.arrive(before, asked.actor, asked.now)
        return _by_department(asked, after, "arrived")

    return await steps.take(store, asked, decide)


async def submit_result(
    store: Store, asked: Asked, text: str, photo_ids: tuple[UUID, ...]
) -> Answer:
    """A department says what it did, with photos; the last one's result is the whistle's.

    Raises:
        ValidationFailed: A photo is not the caller's.
        DomainError: As `steps.take`.
    """

    async def decide(connection: Connection, before: Whistle) -> Taken:
        after = journey.submit_result(before, asked.actor, text, asked.now)
        await records.add_photos(connection, after, "result", photo_ids, asked.actor)
        told = {"organisation": asked.actor.organisation}
        return Taken(
            after=after, action="result_submitted", fact="result_submitted", comment=text, told=told
        )

    return await steps.take(store, asked, decide)


async def verify(store: Store, asked: Asked, *, passed: bool) -> Answer:
    """The street or who reported it looked; not solved sends the departments back.

    Raises:
        ValidationFailed: Not solved, and nothing said about it.
        DomainError: As `steps.take`.
    """
    if not passed and not asked.comment:
        raise ValidationFailed(Fault("/comment", "required", "请说明未解决之处。"))

    async def decide(_: Connection, before: Whistle) -> Taken:
        after = journey.verify(before, asked.actor, passed=passed, now=asked.now)
        action = "verified" if passed else "verification_failed"
        return Taken(
            after=after,
            action=action,
            fact="verified",
            comment=asked.comment,
            told={"passed": passed},
        )

    return await steps.take(store, asked, decide)


async def rate(
    store: Store, asked: Asked, satisfaction: Satisfaction | None, score: int | None
) -> Answer:
    """The blowing side rates; unsatisfied sends the departments back.

    Raises:
        ValidationFailed: Neither or both of score and satisfaction were given.
        DomainError: As `steps.take`.
    """
    if (satisfaction is None) == (score is None):
        raise ValidationFailed(Fault("/score", "one-of", "评分与满意度填一项。"))
    said = satisfaction or journey.satisfaction_of(score or 0)

    async def decide(connection: Connection, before: Whistle) -> Taken:
        after = journey.rate(before, asked.actor, said, asked.now)
        await records.add_rating(
            connection,
            before,
            asked.actor,
            satisfaction=said,
            score=score,
            comment=asked.comment,
            now=asked.now,
        )
        action = "rated" if said != "unsatisfied" else "rated_unsatisfied"
        told = {"satisfaction": said}
        return Taken(after=after, action=action, fact="rated", comment=asked.comment, told=told)

    return await steps.take(store, asked, decide)


async def close(store: Store, asked: Asked) -> Answer:
    """The street that blew ends it; nobody else can.

    Raises:
        DomainError: As `steps.take`.
    """

    async def decide(_: Connection, before: Whistle) -> Taken:
        after = journey.close(before, asked.actor)
        action = "closed" if after.outcome == "resolved" else "declined"
        return Taken(
            after=after,
            action=action,
            fact="closed",
            comment=asked.comment,
            told={"outcome": after.outcome},
        )

    return await steps.take(store, asked, decide)


def _by_department(asked: Asked, after: Whistle, fact: str) -> Taken:
    told = {"organisation": asked.actor.organisation}
    return Taken(after=after, action=fact, fact=fact, comment=asked.comment, told=told)
