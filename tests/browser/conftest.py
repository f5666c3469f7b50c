import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests import suites

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
AXE = Path(__file__).parents[2] / "web" / "node_modules" / "axe-core" / "axe.min.js"
PICTURES = Path(__file__).parent / "pictures"
PHONE = {"width": 390, "height": 844}
DESK = {"width": 1366, "height": 860}

Open = Callable[..., Page]


@pytest.fixture(scope="session")
def suite() -> Iterator[suites.Suite]:
    folder = Path(tempfile.mkdtemp(prefix="onegrid-browser-"))
    with suites.one_process(folder) as running:
        yield running
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = shutil.which("chromium")
    assert path, "run tests/browser/install_chromium.sh"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def sign_in(suite: suites.Suite, browser: Browser) -> Iterator[Open]:
    """Opens an app in a fresh browser profile and signs a person in on the real page."""
    contexts: list[BrowserContext] = []

    def open_app(app: str, login: str, *, phone: bool = False, locale: str = "zh-CN") -> Page:
        context = browser.new_context(
            viewport=PHONE if phone else DESK,  # type: ignore[arg-type]  # two literal sizes
            device_scale_factor=2 if phone else 1,
            has_touch=phone,
            locale=locale,
        )
        contexts.append(context)
        page = context.new_page()
        page.goto(f"{suite.base_url}/{app}/")
        fill_sign_in(page, login, suite.password)
        return page

    yield open_app
    for context in contexts:
        context.close()


def fill_sign_in(page: Page, login: str, password: str) -> None:
    start = page.get_by_test_id("sign-in")
    start.or_(page.locator("input[type=password]")).first.wait_for()
    if start.count():
        start.first.click()
    page.wait_for_url("**/identity/v1/authorize**")
    page.locator("input[autocomplete=username]").fill(login)
    page.locator("input[type=password]").fill(password)
    page.locator("button[type=submit]").click()
    page.wait_for_url(lambda url: "/identity/" not in url)


def picture(page: Page, name: str) -> None:
    """Keeps what a person would see."""
    PICTURES.mkdir(exist_ok=True)
    page.screenshot(path=PICTURES / f"{name}.png")


def violations(page: Page) -> list[str]:
    """What axe-core finds wrong for people who see, hear or move differently (WCAG 2.1 A, AA)."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate(
        "axe.run({runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa']})"
        ".then(r => r.violations.map(v => v.id + ': ' + v.nodes.map(n => n.target).join(' ')))"
    )
    return list(found)
