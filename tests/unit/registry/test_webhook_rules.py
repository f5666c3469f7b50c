"""Signatures, retries and rights of webhooks."""

import base64
from datetime import UTC, datetime, timedelta

import pytest
import standardwebhooks
from hypothesis import given
from hypothesis import strategies as st

from services.registry.domain.feed import common_areas
from services.registry.domain.webhooks import attempts, signing
from services.registry.domain.webhooks.attempts import RETRIES_S, Attempt
from services.registry.domain.webhooks.subscriptions import Rights

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
FAILED = Attempt("HTTP 500", 500)
AREAS = st.lists(st.sampled_from(["2224", "222406", "222406001", "222401", "222401002"]))


def test_the_specifications_own_library_accepts_our_signatures() -> None:
    secret = signing.new_secret()
    now = datetime.now(UTC)
    body = '{"type":"x","name":"김"}'.encode()
    headers = signing.headers("id-1", now, body, [secret])
    assert standardwebhooks.Webhook(secret).verify(body, headers)["type"] == "x"
    theirs = standardwebhooks.Webhook(secret).sign("id-1", now, body.decode())
    assert headers["webhook-signature"] == theirs


def test_while_a_secret_is_replaced_both_verify() -> None:
    new, former = signing.new_secret(), signing.new_secret()
    body = b"{}"
    headers = signing.headers("id-1", datetime.now(UTC), body, [new, former])
    for secret in (new, former):
        assert standardwebhooks.Webhook(secret).verify(body, headers) == {}
    with pytest.raises(standardwebhooks.WebhookVerificationError):
        standardwebhooks.Webhook(signing.new_secret()).verify(body, headers)
    with pytest.raises(standardwebhooks.WebhookVerificationError):
        standardwebhooks.Webhook(new).verify(b"{ }", headers)


def test_a_secret_is_long_and_never_the_same() -> None:
    one, other = signing.new_secret(), signing.new_secret()
    assert one != other
    assert len(base64.b64decode(one.removeprefix("whsec_"))) == 32


def test_retries_take_about_three_days() -> None:
    at, made = NOW, 0
    while (again := attempts.next_due(made := made + 1, FAILED, at, 0.0)) is not None:
        at = again
    assert made == len(RETRIES_S) + 1 == 10
    assert timedelta(days=3) < at - NOW < timedelta(days=3, hours=4)


@given(made=st.integers(1, 9), jitter=st.floats(0, 1), asked_s=st.integers(0, 86_400))
def test_a_retry_is_never_earlier_than_its_time_or_what_was_asked(
    made: int, jitter: float, asked_s: int
) -> None:
    asked = timedelta(seconds=asked_s)
    again = attempts.next_due(made, Attempt("HTTP 503", 503, asked), NOW, jitter)
    assert again is not None
    wait = again - NOW
    scheduled = timedelta(seconds=RETRIES_S[made - 1])
    assert wait >= max(asked, scheduled)
    assert wait <= max(asked, scheduled * 1.2 + timedelta(milliseconds=1))


@pytest.mark.parametrize(
    ("header", "wait_s"),
    [
        ("120", 120),
        ("999999999", 86_400),
        ("Tue, 24 Nov 2026 08:01:00 GMT", 60),
        ("Tue, 24 Nov 2026 07:00:00 GMT", 0),
        ("Tue, 24 Nov 2026 08:01:00", None),
        ("soon", None),
        ("-5", None),
        ("", None),
        (None, None),
    ],
)
def test_retry_after_is_seconds_or_a_date(header: str | None, wait_s: int | None) -> None:
    attempt = attempts.answered(503, header, NOW)
    assert attempt.retry_after == (None if wait_s is None else timedelta(seconds=wait_s))


def test_what_an_answer_means() -> None:
    assert attempts.answered(204, None, NOW).is_success
    assert not attempts.answered(302, None, NOW).is_success
    assert attempts.answered(302, None, NOW).outcome == "HTTP 302 (redirect not followed)"
    assert attempts.answered(410, None, NOW).is_gone
    assert attempts.answered(500, "60", NOW).rest is None
    assert attempts.answered(429, "60", NOW).rest == timedelta(seconds=60)


def test_an_endpoint_that_keeps_failing_rests_longer_and_longer() -> None:
    assert attempts.rest_of(2, FAILED, NOW, 0.5) is None
    rests = [attempts.rest_of(n, FAILED, NOW, 0.0) for n in range(3, 30)]
    waits = [(rest - NOW).total_seconds() for rest in rests if rest]
    assert waits[:4] == [5, 10, 20, 40]
    assert waits == sorted(waits)
    assert max(waits) == 300


@given(AREAS, AREAS, st.sampled_from(["222406001001001", "222401002", "222426001", "2224"]))
def test_what_both_see_is_what_is_in_common(one: list[str], other: list[str], area: str) -> None:
    both = common_areas(one, other)
    seen_by_both = area.startswith(tuple(one)) and area.startswith(tuple(other))
    assert area.startswith(both) == seen_by_both


@given(AREAS, st.sets(st.sampled_from(["health", "housing", "market"])))
def test_rights_never_grow(areas: list[str], domains: set[str]) -> None:
    rights = Rights("x", ("222406",), ("health", "housing"))
    left = rights.narrowed(areas, sorted(domains))
    assert set(left.domains) <= set(rights.domains) & domains
    assert all(a.startswith("222406") for a in left.areas)
    assert left.narrowed(areas, sorted(domains)) == left
