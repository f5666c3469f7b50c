"""A session is a family of refresh tokens, each good once (RFC 9700 §4.14)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from uuid import UUID

from gateway.identity.domain import pkce


@dataclass(frozen=True, slots=True)
class Code:
    """An authorization code that was given out.

    Attributes:
        client: Client it was given to.
        account: Person who signed in.
        redirect_uri: Where it was sent, exactly as asked.
        challenge: S256 challenge of the page that asked.
        signed_in_at: When the password was right.
        expires_at: End of its life.
        is_used: Whether it was shown before.
        family: Session it began.
    """

    client: str
    account: UUID
    redirect_uri: str
    challenge: str
    signed_in_at: datetime
    expires_at: datetime
    is_used: bool
    family: UUID | None


@dataclass(frozen=True, slots=True)
class Refresh:
    """A refresh token that was given out, and its session.

    Attributes:
        family: Its session.
        client: Client of the session.
        account: Person of the session.
        expires_at: End of its own life, the idle limit.
        family_expires_at: End of the session's.
        is_revoked: Whether the session was ended.
        used_at: When it was exchanged.
        successor: Hash of the token it was exchanged for.
        is_successor_used: Whether that one was exchanged in turn.
    """

    family: UUID
    client: str
    account: UUID
    expires_at: datetime
    family_expires_at: datetime
    is_revoked: bool
    used_at: datetime | None
    successor: bytes | None
    is_successor_used: bool


class Verdict(Enum):
    """What to do with a code or refresh token that was shown."""

    ACCEPT = "accept"
    REFUSE = "refuse"
    BURN = "burn"
    """Refuse, and make the code useless: somebody who is not its owner has it."""
    END_SESSION = "end_session"
    """Refuse, and end the session: it was used before, so two parties have it."""


def judge_code(
    code: Code, *, client: str, redirect_uri: str, verifier: str, now: datetime
) -> Verdict:
    """Whether a code buys a session.

    Args:
        code: As it was given out.
        client: Who shows it.
        redirect_uri: What they say it was sent to.
        verifier: Their PKCE proof.
        now: The current instant.
    """
    if code.client != client:
        return Verdict.REFUSE
    if code.is_used:
        return Verdict.END_SESSION
    if now >= code.expires_at:
        return Verdict.REFUSE
    if code.redirect_uri != redirect_uri or not pkce.proves(verifier, code.challenge):
        return Verdict.BURN
    return Verdict.ACCEPT


def judge_refresh(refresh: Refresh, *, client: str, retry: timedelta, now: datetime) -> Verdict:
    """Whether a refresh token buys the next one.

    A token shown a second time means that its answer was lost, or that it was stolen. Within
    `retry`, and while nobody used its successor, it is taken as lost: the successor is replaced, so
    there is still one good token, and whoever shows the replaced one ends the session.

    Args:
        refresh: As it was given out.
        client: Who shows it.
        retry: How long a lost answer may be asked for again.
        now: The current instant.
    """
    if refresh.client != client or refresh.is_revoked:
        return Verdict.REFUSE
    if refresh.used_at is not None:
        # A token that was itself replaced has no successor and is never taken as lost.
        may_be_lost = refresh.successor is not None and not refresh.is_successor_used
        if not may_be_lost or now - refresh.used_at >= retry:
            return Verdict.END_SESSION
    if now >= min(refresh.expires_at, refresh.family_expires_at):
        return Verdict.REFUSE
    return Verdict.ACCEPT
