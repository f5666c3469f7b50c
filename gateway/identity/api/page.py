"""The sign-in page: HTML without a script, readable at 360 px, safe against framing."""

import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from string import Template
from typing import Final
from urllib.parse import urlencode

from starlette.responses import HTMLResponse

from gateway.identity.api.texts import LOCALES, TEXTS, Locale

_ROOM: Final = Path(__file__).parent
_PAGE: Final = Template((_ROOM / "sign_in.html").read_text("utf-8"))
_FORM: Final = Template((_ROOM / "form.html").read_text("utf-8"))
_STEPS: Final = {
    name: Template((_ROOM / f"{name}.html").read_text("utf-8"))
    for name in ("code", "enrolment", "recovery", "renewal")
}
STYLE: Final = (_ROOM / "style.css").read_bytes()


@dataclass(frozen=True, slots=True)
class Notice:
    """Why the person sees the form again.

    Attributes:
        code: Key of its text.
        minutes: How long a lock still lasts.
    """

    code: str
    minutes: int = 0


def form(
    locale: Locale,
    query: Mapping[str, str],
    *,
    form_token: str,
    typed: str = "",
    notice: Notice | None = None,
    external: Sequence[tuple[str, str]] = (),
) -> str:
    """The page with its form.

    Args:
        locale: Language.
        query: The authorization request, which the form carries on in its address.
        form_token: Proves that the form is ours.
        typed: Login name typed before.
        notice: What went wrong before.
        external: Other houses to sign in through: our name for it, and what people call it.
    """
    words = TEXTS[locale]
    body = _FORM.substitute(
        _escaped(words),
        alert=_alert(words, notice),
        action=html.escape(_address(query, locale)),
        external=_external(words, query, locale, external),
        form_token=html.escape(form_token),
        typed=html.escape(typed),
        described=" problem" if notice else "",
        invalid=' aria-invalid="true"' if notice and notice.code == "wrong_password" else "",
    )
    return _page(locale, query, words["title"], body)


def step(
    name: str,
    locale: Locale,
    query: Mapping[str, str],
    *,
    notice: Notice | None = None,
    **parts: str,
) -> str:
    """A page between the password and the application.

    Args:
        name: `code`, `enrolment`, `recovery` or `renewal`.
        locale: Language.
        query: The authorization request, which the form carries on in its address.
        notice: What went wrong before.
        parts: What the page's form carries and shows; escaped here, except `qr` and `codes`, which
            are markup we made.
    """
    words = TEXTS[locale]
    raw = {part: text for part, text in parts.items() if part in {"qr", "codes"}}
    body = _STEPS[name].substitute(
        {**_escaped(words), **_escaped(parts), **raw},
        alert=_alert(words, notice),
        action=html.escape(_address(query, locale)),
        described=" problem" if notice else "",
        invalid=' aria-invalid="true"' if notice else "",
    )
    return _page(locale, {}, words[f"{name}_title"], body)


def _external(
    words: Mapping[str, str],
    query: Mapping[str, str],
    locale: Locale,
    houses: Sequence[tuple[str, str]],
) -> str:
    links = []
    for house, name in houses:
        address = html.escape(_address({**query, "house": house}, locale, "external"))
        text = html.escape(words["external"].format(name=words.get(name, name)))
        links.append(f'<p class="other"><a class="button" href="{address}">{text}</a></p>')
    return "".join(links)


def _alert(words: Mapping[str, str], notice: Notice | None) -> str:
    if notice is None:
        return ""
    text = words[notice.code].format(minutes=notice.minutes)
    return f'<p role="alert" id="problem">{html.escape(text)}</p>\n'


def broken(locale: Locale) -> str:
    """The page for a request that must not be answered by a redirect: where would it lead?"""
    words = TEXTS[locale]
    body = f'<p role="alert">{html.escape(words["broken"])}</p>'
    return _page(locale, {}, words["broken_title"], body)


def response(content: str, status: int, locale: Locale, *, form_target: str | None) -> HTMLResponse:
    """A page with the headers that keep it from being framed, stored or scripted.

    Args:
        content: HTML.
        status: HTTP status.
        locale: Its language.
        form_target: Origin the form's answer leads to, where it is not this one. Browsers apply
            `form-action` to the redirect that follows a form.
    """
    target = f" {form_target}" if form_target else ""
    policy = (
        "default-src 'none'; style-src 'self'; base-uri 'none'; "
        f"form-action 'self'{target}; frame-ancestors 'none'"
    )
    headers = {
        "Content-Security-Policy": policy,
        "X-Frame-Options": "DENY",
        "Cache-Control": "no-store",
        "Content-Language": locale,
        "Vary": "Accept-Language, Cookie",
    }
    return HTMLResponse(content, status, headers=headers)


def _page(locale: Locale, query: Mapping[str, str], title: str, body: str) -> str:
    links = [
        f'<a href="{html.escape(_address(query, other))}" lang="{other}"'
        f"{' aria-current=' + chr(34) + 'true' + chr(34) if other == locale else ''}>{name}</a>"
        for other, name in LOCALES.items()
    ]
    words = {**_escaped(TEXTS[locale]), "title": html.escape(title)}
    return _PAGE.substitute(words, locale=locale, body=body, links="".join(links if query else []))


def _address(query: Mapping[str, str], locale: Locale, page: str = "authorize") -> str:
    """A page for the same request in a language, relative to its neighbours."""
    return f"{page}?" + urlencode({**query, "ui_locales": locale})


def _escaped(words: Mapping[str, str]) -> dict[str, str]:
    return {name: html.escape(text) for name, text in words.items()}
