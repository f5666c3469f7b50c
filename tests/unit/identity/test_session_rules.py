"""Codes, refresh tokens and key ages: the rules on plain values."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.identity.domain import key_ages, pkce, sessions
from gateway.identity.domain.sessions import Code, Refresh, Verdict
from services.common.ids import new_id

NOW = datetime(2026, 11, 24, 1, tzinfo=UTC)
RETRY = timedelta(seconds=10)
VERIFIER = "v" * 43
LIFE = timedelta(minutes=10)

CODE = Code(
    client="field",
    account=new_id(),
    redirect_uri="/field/",
    challenge=pkce.challenge_of(VERIFIER),
    signed_in_at=NOW,
    expires_at=NOW + timedelta(seconds=60),
    is_used=False,
    family=None,
)
REFRESH = Refresh(
    family=new_id(),
    client="field",
    account=new_id(),
    expires_at=NOW + timedelta(hours=12),
    family_expires_at=NOW + timedelta(days=7),
    is_revoked=False,
    used_at=None,
    successor=None,
    is_successor_used=False,
)
USED = replace(REFRESH, used_at=NOW - timedelta(seconds=5), successor=b"next")


@dataclass(frozen=True)
class Key:
    active_from: datetime


def shown(
    code: Code, client: str = "field", uri: str = "/field/", verifier: str = VERIFIER
) -> Verdict:
    return sessions.judge_code(code, client=client, redirect_uri=uri, verifier=verifier, now=NOW)


def test_a_code_is_judged_by_client_use_age_and_proof_in_this_order() -> None:
    over = replace(CODE, expires_at=NOW)
    assert shown(CODE) is Verdict.ACCEPT
    assert shown(CODE, client="desk") is Verdict.REFUSE
    assert shown(replace(CODE, is_used=True), client="desk") is Verdict.REFUSE
    assert shown(replace(CODE, is_used=True)) is Verdict.END_SESSION
    assert shown(replace(over, is_used=True)) is Verdict.END_SESSION
    assert shown(over) is Verdict.REFUSE
    assert shown(CODE, uri="/desk/") is Verdict.BURN
    assert shown(CODE, verifier="w" * 43) is Verdict.BURN


@pytest.mark.parametrize(
    ("refresh", "verdict"),
    [
        (REFRESH, Verdict.ACCEPT),
        (replace(REFRESH, client="desk"), Verdict.REFUSE),
        (replace(REFRESH, is_revoked=True), Verdict.REFUSE),
        (replace(REFRESH, expires_at=NOW), Verdict.REFUSE),
        (replace(REFRESH, family_expires_at=NOW), Verdict.REFUSE),
        (USED, Verdict.ACCEPT),
        (replace(USED, is_revoked=True), Verdict.REFUSE),
        (replace(USED, used_at=NOW - RETRY), Verdict.END_SESSION),
        (replace(USED, is_successor_used=True), Verdict.END_SESSION),
        (replace(USED, successor=None), Verdict.END_SESSION),
        (replace(USED, expires_at=NOW), Verdict.REFUSE),
    ],
)
def test_a_refresh_token_is_good_once_or_its_answer_was_lost(
    refresh: Refresh, verdict: Verdict
) -> None:
    judged = sessions.judge_refresh(refresh, client="field", retry=RETRY, now=NOW)
    assert judged is verdict


def test_without_a_retry_a_used_token_always_ends_the_session() -> None:
    judged = sessions.judge_refresh(
        replace(USED, used_at=NOW), client="field", retry=timedelta(), now=NOW
    )
    assert judged is Verdict.END_SESSION


def test_there_is_no_signature_without_a_key() -> None:
    with pytest.raises(ValueError, match="no signing key"):
        key_ages.signing([], NOW)
    assert key_ages.is_next_due([], NOW, timedelta(days=90))


def test_a_key_that_is_not_active_yet_signs_only_when_alone() -> None:
    early, late = Key(NOW - timedelta(days=1)), Key(NOW + timedelta(minutes=1))
    assert key_ages.signing([late, early], NOW) is early
    assert key_ages.signing([late], NOW) is late
    assert not key_ages.is_next_due([early, late], NOW, timedelta(days=1))


minutes = st.lists(st.integers(-200, 200), min_size=1, max_size=12, unique=True)


@given(minutes, st.integers(0, 200))
def test_every_token_that_may_still_be_good_finds_its_key(offsets: list[int], at: int) -> None:
    """Whatever key signed a token at any minute, it is published as long as that token lives."""
    keys = [Key(NOW + timedelta(minutes=offset)) for offset in offsets]
    now = NOW + timedelta(minutes=at)
    kept = key_ages.published(keys, now, LIFE)
    for minute in range(10):
        signed_at = now - timedelta(minutes=minute)
        if signed_at >= min(key.active_from for key in keys):
            assert key_ages.signing(keys, signed_at) in kept
    newest = max(keys, key=lambda key: key.active_from)
    assert newest in kept
    for key in keys:
        if key not in kept:
            successor = min(
                (k for k in keys if k.active_from > key.active_from), key=lambda k: k.active_from
            )
            assert now >= successor.active_from + LIFE
