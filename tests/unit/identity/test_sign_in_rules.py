"""PKCE, passwords, locks and redirects: the rules on plain values."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.identity.api.texts import LOCALES, TEXTS, locale_of
from gateway.identity.domain import accounts, lockout, passwords, pkce, redirects
from gateway.identity.domain.lockout import Guard, LockRule
from services.common.errors import ValidationFailed

NOW = datetime(2026, 11, 24, 1, tzinfo=UTC)
RULE = LockRule(5, timedelta(minutes=15))
UNRESERVED = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"
verifiers = st.text(UNRESERVED, min_size=43, max_size=128)


def test_the_example_of_rfc_7636_holds() -> None:
    verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
    assert pkce.challenge_of(verifier) == challenge
    assert pkce.is_challenge(challenge)
    assert pkce.proves(verifier, challenge)


@given(verifiers, verifiers)
def test_only_its_own_verifier_proves_a_challenge(one: str, other: str) -> None:
    challenge = pkce.challenge_of(one)
    assert pkce.is_challenge(challenge)
    assert pkce.proves(one, challenge)
    assert pkce.proves(other, challenge) == (one == other)


@given(st.text(max_size=200))
def test_a_text_outside_the_alphabet_proves_nothing(text: str) -> None:
    is_verifier = 43 <= len(text) <= 128 and set(text) <= set(UNRESERVED)
    if not is_verifier:
        assert not pkce.proves(text, pkce.challenge_of("v" * 43))


@pytest.mark.parametrize("text", ["", "a" * 42, "a" * 44, "a" * 42 + "=", "a" * 43 + "\n"])
def test_a_challenge_is_32_bytes_in_base64url(text: str) -> None:
    assert not pkce.is_challenge(text)


@pytest.mark.parametrize(
    ("password", "broken"),
    [
        ("Grid-worker-2026", []),
        ("网格员Worker26", []),
        ("Abcdefgh1!" * 12, []),
        ("Abc-12345", ["length"]),
        ("Abcdefgh1!" * 13, ["length"]),
        ("alllowercase", ["classes"]),
        ("lower12345678", ["classes"]),
        ("网格员网格员网格员网格员", ["classes"]),
        ("Grid.1-Password", ["contains-login"]),
        ("grid.1", ["length", "contains-login"]),
        ("", ["length", "classes"]),
    ],
)
def test_a_new_password_has_ten_characters_of_three_kinds(password: str, broken: list[str]) -> None:
    if not broken:
        passwords.require_strong(password, "grid.1")
        return
    with pytest.raises(ValidationFailed) as refused:
        passwords.require_strong(password, "grid.1")
    assert [fault.code for fault in refused.value.faults] == broken


@given(st.text())
def test_classes_are_between_none_and_four(password: str) -> None:
    assert passwords.classes_of(password) <= 4
    assert (passwords.classes_of(password) == 0) == (password == "")


def test_the_fifth_attempt_locks_for_a_quarter_of_an_hour() -> None:
    guard = Guard()
    for attempt in range(1, 5):
        guard = lockout.count(guard, RULE, NOW)
        assert (guard.failures, guard.locked_until) == (attempt, None)
    guard = lockout.count(guard, RULE, NOW)
    assert guard.locked_until == NOW + timedelta(minutes=15)
    assert guard.is_locked(NOW + timedelta(minutes=15, seconds=-1))
    assert not guard.is_locked(NOW + timedelta(minutes=15))
    assert lockout.count(guard, RULE, NOW + timedelta(minutes=16)).failures == 1


def test_attempts_far_apart_do_not_add_up() -> None:
    guard = lockout.count(Guard(), RULE, NOW)
    assert lockout.count(guard, RULE, NOW + timedelta(minutes=15)).failures == 2
    assert lockout.count(guard, RULE, NOW + timedelta(minutes=16)).failures == 1


@given(st.lists(st.integers(0, 3600), min_size=1, max_size=60))
def test_no_series_of_attempts_outruns_the_lock(gaps_s: list[int]) -> None:
    """In any quarter of an hour at most five attempts are looked at."""
    guard, now, looked_at = Guard(), NOW, []
    for gap_s in gaps_s:
        now += timedelta(seconds=gap_s)
        if not guard.is_locked(now):
            looked_at.append(now)
            guard = lockout.count(guard, RULE, now)
    for first, sixth in zip(looked_at, looked_at[5:], strict=False):
        assert sixth - first >= RULE.lasts


@pytest.mark.parametrize(
    ("typed", "stored"),
    [(" Grid.1 ", "grid.1"), ("ｇｒｉｄ．１", "grid.1"), ("DESK.222406", "desk.222406")],
)
def test_a_login_name_is_typed_in_many_ways(typed: str, stored: str) -> None:
    assert accounts.normal_login(typed) == stored


@pytest.mark.parametrize(
    ("issuer", "expected"),
    [
        (
            "http://127.0.0.1:8000",
            ["http://127.0.0.1:8000", "http://localhost:8000", "http://[::1]:8000"],
        ),
        ("https://grid.example.cn", ["https://grid.example.cn"]),
        ("http://localhost", ["http://127.0.0.1", "http://localhost", "http://[::1]"]),
    ],
)
def test_a_loopback_issuer_has_twins(issuer: str, expected: list[str]) -> None:
    assert list(redirects.origins(issuer, ())) == expected
    assert redirects.origins(issuer, ("https://x.cn",))[-1] == "https://x.cn"


@given(st.text(max_size=60))
def test_only_the_registered_texts_are_accepted(requested: str) -> None:
    known = {"/field/", "https://a.cn/field/"}
    is_known = redirects.is_registered(requested, ["/field/"], ["https://a.cn"])
    assert is_known == (requested in known)


@pytest.mark.parametrize("around", ["{}?a=1", "{}#x", "{}x", " {}", "{}/..", "{}%2f", "x{}"])
def test_nothing_near_a_registered_uri_is_accepted(around: str) -> None:
    for uri in ("/field/", "https://a.cn/field/"):
        assert redirects.is_registered(uri, ["/field/"], ["https://a.cn"])
        assert not redirects.is_registered(around.format(uri), ["/field/"], ["https://a.cn"])


def test_an_empty_registration_accepts_nothing() -> None:
    assert not redirects.is_registered("", [""], ["https://a.cn"])
    assert not redirects.is_registered("https://a.cn", [""], ["https://a.cn"])


def test_an_answer_keeps_its_parameters_apart() -> None:
    answer = redirects.answer("/field/", code="a&b", state=None, iss="http://x")
    assert answer == "/field/?code=a%26b&iss=http%3A%2F%2Fx"
    assert redirects.answer("/f?a=1", code="c") == "/f?a=1&code=c"
    assert redirects.origin_of("/field/") is None
    assert redirects.origin_of("https://a.cn:8/field/") == "https://a.cn:8"


def test_every_language_says_everything() -> None:
    (source, *others) = TEXTS
    for locale in others:
        assert TEXTS[locale].keys() == TEXTS[source].keys()
        assert all(TEXTS[locale].values())
    assert set(TEXTS) == set(LOCALES)
    assert all("{minutes}" in TEXTS[locale]["locked"] for locale in TEXTS)


@given(st.text(max_size=40), st.text(max_size=40))
def test_whatever_is_asked_for_some_language_answers(asked: str, accepted: str) -> None:
    assert locale_of(asked, accepted) in LOCALES
