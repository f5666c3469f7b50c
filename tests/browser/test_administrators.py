"""What the three administrators, and everybody, see of accounts, systems and delegations."""

import re
from datetime import timedelta

import pyotp
import pytest
from playwright.sync_api import Page, expect

from services.common.clock import local_day, utc_now
from services.common.ids import new_id
from tests.browser.conftest import Open, picture, violations

pytestmark = pytest.mark.browser

FIRST_CHOICE, SECOND_CHOICE = "Only-mine-2026", "Still-mine-2026"


def confirm(page: Page, reason: str) -> None:
    page.get_by_test_id("reason").fill(reason)
    page.get_by_test_id("reason-confirm").click()


def go(page: Page, menu: str) -> None:
    """To a page of the menu, once what it asks for has come."""
    link = page.get_by_test_id(f"menu-{menu}")
    title = link.inner_text()
    with page.expect_response(re.compile("/(identity|registry/v1/audit)/")):
        link.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(title)


def seen(page: Page, name: str) -> None:
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(300)  # the answer is there; the page draws it
    picture(page, name)
    assert violations(page) == []


def open_account(sign_in: Open, login: str) -> str:
    """Two administrators make an account; its first password."""
    system = sign_in("desk", "system.admin")
    system.get_by_test_id("account-login").fill(login)
    system.get_by_test_id("account-name").fill("李明")
    system.get_by_test_id("account-organisation").fill("222406001")
    system.get_by_test_id("account-open").click()
    expect(system.get_by_test_id("account-detail")).to_be_visible()
    expect(system.get_by_test_id("rights-form")).to_have_count(0)
    seen(system, "desk-accounts-system")

    security = sign_in("desk", "security.admin")
    expect(security.get_by_test_id("account-form")).to_have_count(0)
    security.get_by_test_id("account-filter").fill("222406001")
    security.get_by_test_id("account-filter-go").click()
    row = security.get_by_test_id("account-row").filter(has_text=login)
    row.get_by_test_id("account-show").click()
    security.get_by_label("街道干部").check()
    security.get_by_test_id("rights-areas").fill("222406001")
    security.get_by_test_id("rights-reason").fill("到岗")
    security.get_by_test_id("rights-give").click()
    expect(row).to_contain_text("街道干部")
    security.get_by_test_id("account-credentials").click()
    confirm(security, "首次登录")
    password = security.get_by_test_id("first-password").inner_text()
    expect(row).to_contain_text("初始密码")
    seen(security, "desk-accounts-security")
    return password


def enter(page: Page, login: str, password: str) -> None:
    page.locator("input[autocomplete=username]").fill(login)
    page.locator("input[type=password]").fill(password)
    page.locator("button[type=submit]").click()


def first_sign_in(page: Page, login: str, password: str) -> list[str]:
    """Through the page that asks for a new password and an authenticator; the recovery codes."""
    enter(page, login, password)
    expect(page.get_by_role("heading", name="设置新密码")).to_be_visible()
    seen(page, "sign-in-new-password")
    page.get_by_label("新密码", exact=True).fill(FIRST_CHOICE)
    page.get_by_label("再次输入新密码").fill(FIRST_CHOICE)
    page.get_by_role("button", name="继续").click()
    expect(page.get_by_role("heading", name="设置身份验证器")).to_be_visible()
    totp = pyotp.TOTP(page.locator("figcaption code").inner_text())
    page.locator("#code").fill(totp.now())
    page.get_by_role("button", name="继续").click()
    expect(page.locator("ol.codes li")).to_have_count(10)
    codes = page.locator("ol.codes li").all_inner_texts()
    page.get_by_role("button").click()
    return codes


def test_a_new_account_chooses_its_password_and_authenticator_before_it_gets_in(
    sign_in: Open,
) -> None:
    login = f"li.{new_id().hex[-8:]}"
    password = open_account(sign_in, login)
    page = sign_in("desk", "desk.222406")
    page.get_by_test_id("sign-out").click()
    page.get_by_test_id("sign-in").click()
    codes = first_sign_in(page, login, password)
    page.get_by_test_id("own-security").click()
    expect(page.get_by_test_id("own-standing")).to_contain_text("剩余恢复码 10 个")
    seen(page, "desk-my-security")

    page.get_by_test_id("own-current").fill(FIRST_CHOICE)
    page.get_by_test_id("own-next").fill(SECOND_CHOICE)
    page.get_by_test_id("own-again").fill(SECOND_CHOICE)
    page.get_by_test_id("own-password").get_by_label("身份验证器的验证码").fill(codes[0])
    page.get_by_test_id("own-password-change").click()
    # Each of the last passwords is hashed once more to be compared: slow by design.
    expect(page.get_by_test_id("own-password-done")).to_be_visible(timeout=30_000)
    expect(page.get_by_test_id("own-standing")).to_contain_text("剩余恢复码 9 个")

    page.get_by_test_id("own-authenticator-password").fill(SECOND_CHOICE)
    page.get_by_test_id("own-authenticator").get_by_label("身份验证器的验证码").fill(codes[1])
    page.get_by_test_id("own-authenticator-propose").click()
    fresh = pyotp.TOTP(page.get_by_test_id("own-secret").inner_text())
    seen(page, "desk-new-authenticator")
    page.get_by_test_id("own-new-code").fill(fresh.now())
    page.get_by_test_id("own-authenticator-accept").click()
    expect(page.get_by_test_id("own-codes").locator("li")).to_have_count(10)


def test_a_system_is_registered_by_one_and_given_its_secret_by_another(sign_in: Open) -> None:
    system = sign_in("desk", "system.admin")
    system.get_by_test_id("menu-clients").click()
    system.get_by_test_id("client-id").fill("sys.222406.trial")
    system.get_by_test_id("client-name").fill("试用系统")
    system.get_by_test_id("client-organisation").fill("222406.health")
    system.get_by_test_id("client-register").click()
    expect(system.get_by_test_id("client-disable")).to_be_visible()
    expect(system.get_by_test_id("client-rotate")).to_have_count(0)

    security = sign_in("desk", "security.admin")
    security.get_by_test_id("menu-clients").click()
    row = security.get_by_test_id("client-row").filter(has_text="sys.222406.trial")
    expect(row).to_contain_text("尚未发放")
    row.get_by_test_id("client-show").click()
    security.get_by_label("部门系统").check()
    security.get_by_label("卫生").check()
    security.get_by_test_id("rights-areas").fill("222406")
    security.get_by_test_id("rights-reason").fill("接入")
    security.get_by_test_id("rights-give").click()
    expect(row).to_contain_text("部门系统")
    security.get_by_test_id("client-rotate").click()
    confirm(security, "首次发放")
    assert len(security.get_by_test_id("client-secret").inner_text()) >= 40
    expect(row).to_contain_text("密钥")
    seen(security, "desk-clients")


def test_a_colleague_acts_under_both_names_and_the_lender_sees_it(sign_in: Open) -> None:
    lender = sign_in("desk", "street.222406001")
    lender.get_by_test_id("own-security").click()
    lender.get_by_test_id("lend-colleague").fill("community.222406001001")
    lender.get_by_test_id("lend-until").fill(str(local_day(utc_now()) + timedelta(days=5)))
    lender.get_by_test_id("lend-reason").fill("休假")
    lender.get_by_test_id("lend").click()
    # The newest stands first.
    newest = lender.get_by_test_id("delegation").first
    expect(newest).to_contain_text("没有用过")
    seen(lender, "desk-delegation-given")

    colleague = sign_in("desk", "community.222406001001")
    colleague.get_by_test_id("own-security").click()
    colleague.get_by_test_id("delegation-use").first.click()
    expect(colleague.get_by_test_id("acting-end")).to_be_visible()
    expect(colleague.get_by_test_id("own-security")).to_contain_text(re.compile("（代 .+）"))
    expect(colleague.get_by_test_id("menu-whistles")).to_be_visible()
    seen(colleague, "desk-acting")
    colleague.get_by_test_id("acting-end").click()
    expect(colleague.get_by_test_id("acting-end")).to_have_count(0)

    lender.reload()
    expect(newest.get_by_test_id("delegation-used")).to_contain_text("用了")
    newest.get_by_test_id("delegation-records").click()
    expect(newest.locator("li")).to_have_count(2)
    newest.get_by_test_id("delegation-revoke").click()
    expect(newest).to_contain_text("已终止")


def test_a_session_elsewhere_is_ended(sign_in: Open) -> None:
    elsewhere, here = sign_in("desk", "finance.222406"), sign_in("desk", "finance.222406")
    here.get_by_test_id("own-security").click()
    expect(here.get_by_test_id("own-session")).to_have_count(2)
    here.get_by_test_id("own-session-end").click()
    expect(here.get_by_test_id("own-session")).to_have_count(1)
    elsewhere.reload()
    expect(elsewhere.get_by_test_id("sign-in")).to_be_visible()


@pytest.mark.parametrize("locale", ["zh-CN", "ko", "en"])
def test_the_auditor_looks_and_changes_nothing(sign_in: Open, locale: str) -> None:
    page = sign_in("desk", "audit.admin")
    page.get_by_test_id("language").select_option(locale)
    expect(page.locator("html")).to_have_attribute("lang", locale)
    for menu in ("accounts", "clients", "delegations", "signins", "policies", "chains"):
        go(page, menu)
        seen(page, f"desk-audit-{menu}-{locale}")
    go(page, "policies")
    expect(page.get_by_test_id("policies").locator("dd")).to_have_count(9)
    go(page, "signins")
    expect(page.get_by_test_id("sign-in-row").first).to_be_visible()
    with page.expect_response("**/account-changes**"):
        page.get_by_test_id("record-kind").select_option("account-changes")
    seen(page, f"desk-audit-changes-{locale}")
    expect(page.get_by_test_id("account-form")).to_have_count(0)
