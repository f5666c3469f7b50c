"""A subscription: where events go, which, and in whose right."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from services.common.errors import Fault, ValidationFailed
from services.registry.domain.feed import Place, common_areas
from services.registry.domain.webhooks.attempts import STRUGGLING_AFTER

MOST: Final = 20
"""Webhooks of one organisation."""


@dataclass(frozen=True, slots=True)
class Rights:
    """What a subscription may see at most: what its last editor could.

    Attributes:
        registered_by: Subject of who registered or last edited it.
        areas: Prefixes.
        domains: Of that editor.
        standing: With what identity is asked for the editor's present rights; None in
            subscriptions from before, which see nothing.
    """

    registered_by: str
    areas: tuple[str, ...]
    domains: tuple[str, ...]
    standing: str | None = None

    def narrowed(self, areas: Sequence[str], domains: Sequence[str]) -> "Rights":
        """These rights, cut down to what somebody may see now; they never grow."""
        left = tuple(d for d in self.domains if d in domains)
        return replace(self, areas=common_areas(self.areas, areas), domains=left)


@dataclass(frozen=True, slots=True)
class Webhook:
    """A subscription.

    Attributes:
        id: Key.
        version: Grows with each change by its owner.
        organisation: Whose it is.
        rights: What it may see at most.
        url: Where events go.
        types: Which; empty for all.
        description: For people.
        active: Whether events are sent.
        stopped_for: owner, gone (410), failing or rights, where it is not.
        place: Where it stands in the feed.
        turn: Number of the courier's next turn.
        failures: In a row.
        resting_until: The endpoint is left alone until then.
        last_success_at: When a delivery last succeeded.
        last_failure_at: When one last failed.
        last_outcome: What the last attempt came to.
        missed_at: When it last skipped events that were no longer kept.
        former_until: Until when the former secret signs too.
        created_at: When it was registered.
    """

    id: UUID
    version: int
    organisation: str
    rights: Rights
    url: str
    types: tuple[str, ...]
    description: str
    active: bool
    stopped_for: str | None
    place: Place
    turn: int
    failures: int
    resting_until: datetime | None
    last_success_at: datetime | None
    last_failure_at: datetime | None
    last_outcome: str | None
    missed_at: datetime | None
    former_until: datetime | None
    created_at: datetime

    @property
    def health(self) -> str:
        """How it does, in a word."""
        if not self.active:
            return "stopped"
        return "struggling" if self.failures >= STRUGGLING_AFTER else "ok"

    @property
    def is_struggling(self) -> bool:
        """Whether its endpoint gets one attempt at a time."""
        return self.failures >= STRUGGLING_AFTER


@dataclass(frozen=True, slots=True)
class Backlog:
    """What waits and what was given up.

    Attributes:
        pending: Deliveries that wait, counted to 10,000.
        dead: Dead letters, counted to 10,000.
        oldest_pending_at: Since when the oldest waits.
    """

    pending: int = 0
    dead: int = 0
    oldest_pending_at: datetime | None = None


def view(webhook: Webhook, backlog: Backlog | None = None) -> dict[str, Any]:
    """A subscription as its owner sees it; the secret is not in it."""
    shown: dict[str, Any] = {
        "id": webhook.id,
        "version": webhook.version,
        "organisation": webhook.organisation,
        "areas": webhook.rights.areas,
        "domains": webhook.rights.domains,
        "url": webhook.url,
        "types": webhook.types,
        "description": webhook.description,
        "active": webhook.active,
        "stopped_for": webhook.stopped_for,
        "created_at": webhook.created_at,
        "former_secret_until": webhook.former_until,
    }
    if backlog is not None:
        shown["health"] = {
            "state": webhook.health,
            "pending": backlog.pending,
            "dead": backlog.dead,
            "oldest_pending_at": backlog.oldest_pending_at,
            "failures_in_a_row": webhook.failures,
            "resting_until": webhook.resting_until,
            "last_success_at": webhook.last_success_at,
            "last_failure_at": webhook.last_failure_at,
            "last_outcome": webhook.last_outcome,
            "missed_at": webhook.missed_at,
        }
    return shown


def types_of(given: Sequence[str], known: Collection[str]) -> tuple[str, ...]:
    """The types somebody asks for, once each.

    Args:
        given: As they were asked for.
        known: Every type there is.

    Raises:
        ValidationFailed: There is no such type.
    """
    faults = [
        Fault(f"/types/{place}", "unknown-type", "There is no such type of event.")
        for place, name in enumerate(given)
        if name not in known
    ]
    if faults:
        raise ValidationFailed(*faults)
    return tuple(dict.fromkeys(given))
