"""What a person has proved so far, between the pages of one sign-in.

Sealed, so that the browser carries it and cannot read or change it, tied to the browser's form
cookie, the client and the account, and good for five minutes. No table is needed.
"""

import base64
import binascii
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import orjson

from gateway.identity.api.form_tokens import FormTokens
from services.common.sealing import SealBroken

_LIFE_S: Final = 300


@dataclass(frozen=True, slots=True)
class Step:
    """Where a sign-in stands.

    Attributes:
        kind: `code`, `enrolment`, `enrolled`, `renewal` or `renewal_proved`: which page was shown.
        account: Whose password was right.
        secret: Proposed to the authenticator, while it is being set up.
    """

    kind: str
    account: UUID
    secret: str | None = field(default=None, repr=False)


def make(tokens: FormTokens, step: Step, now: datetime) -> str:
    """A step as the form carries it."""
    body = [step.kind, str(step.account), step.secret, int(now.timestamp())]
    sealed = tokens.issuer.sealer.seal(orjson.dumps(body).decode(), _context(tokens))
    return base64.urlsafe_b64encode(sealed).decode()


def read(tokens: FormTokens, text: str, now: datetime) -> Step | None:
    """The step a form carries; None when it is not ours, not this browser's, or too old."""
    try:
        sealed = base64.urlsafe_b64decode(text.encode())
        body: list[Any] = orjson.loads(tokens.issuer.sealer.open(sealed, _context(tokens)))
    except (binascii.Error, ValueError, SealBroken):
        return None
    kind, account, secret, made_at = body
    if not 0 <= now.timestamp() - made_at <= _LIFE_S:
        return None
    return Step(kind, UUID(account), secret)


def _context(tokens: FormTokens) -> bytes:
    return f"sign-in step:{tokens.nonce}:{tokens.client}".encode()
