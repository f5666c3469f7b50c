"""What an office sees at its desk."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Open, picture, violations

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(
    ("login", "name"),
    [
        ("street.222406001", "street"),
        ("dept.222406.health", "department"),
        ("county.222406", "county"),
    ],
)
def test_each_office_has_its_first_page(sign_in: Open, login: str, name: str) -> None:
    page = sign_in("desk", login)
    expect(page.locator("main")).to_be_visible()
    page.wait_for_load_state("networkidle")
    picture(page, f"desk-{name}")
    assert violations(page) == []


def test_a_wrong_password_is_said_in_words(sign_in: Open) -> None:
    page = sign_in("desk", "county.222406")
    page.context.clear_cookies()
    fresh = page.context.new_page()
    fresh.goto(
        page.url.split("/desk/")[0]
        + "/identity/v1/authorize?response_type=code&client_id=desk&redirect_uri="
        + page.url.split("/desk/")[0]
        + "/desk/&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
        "&code_challenge_method=S256&state=x&ui_locales=ko"
    )
    fresh.locator("input[autocomplete=username]").fill("county.222406")
    fresh.locator("input[type=password]").fill("wrong-password-1")
    fresh.locator("button[type=submit]").click()
    expect(fresh.get_by_role("alert")).to_be_visible()
    picture(fresh, "sign-in-korean")
    assert violations(fresh) == []
