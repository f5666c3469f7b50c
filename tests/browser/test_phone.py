"""A grid worker's day on a phone, in real Chromium, against the real suite."""

from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.browser.conftest import Open, picture, violations

pytestmark = pytest.mark.browser
WORKER = "grid.222406001001001"


@pytest.fixture
def page(sign_in: Open) -> Page:
    page = sign_in("field", WORKER, phone=True)
    expect(page.get_by_test_id("tab-today")).to_be_visible()
    return page


def first_member(page: Page) -> None:
    page.get_by_test_id("tab-grid").click()
    page.get_by_test_id("household-row").first.click()
    expect(page.get_by_test_id("member-row").first).to_be_visible()


def correct_phone(page: Page, number: str) -> None:
    first_member(page)
    page.get_by_test_id("member-row").first.click()
    page.get_by_test_id("edit-phone").click()
    page.locator("input[type=tel]").fill(number)
    page.get_by_test_id("save-fact").click()


def test_today_is_readable_and_accessible(page: Page) -> None:
    page.wait_for_load_state("networkidle")
    picture(page, "field-today")
    assert violations(page) == []
    size = page.evaluate("parseFloat(getComputedStyle(document.body).fontSize)")
    assert size >= 18
    assert page.evaluate("document.documentElement.lang") == "zh-CN"
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_the_grid_lists_its_households(page: Page) -> None:
    page.get_by_test_id("tab-grid").click()
    expect(page.get_by_test_id("household-row").nth(5)).to_be_visible()
    picture(page, "field-grid")
    assert violations(page) == []


def test_a_corrected_number_reaches_the_record(page: Page) -> None:
    correct_phone(page, "15412345678")
    expect(page.get_by_text("154****5678").first).to_be_visible()
    picture(page, "field-member")
    assert violations(page) == []


def test_a_whistle_with_a_photo_is_blown(page: Page, tmp_path: Path) -> None:
    photo = tmp_path / "cover.jpg"
    Image.new("RGB", (2400, 1800), (120, 120, 115)).save(photo)
    page.get_by_test_id("tab-whistle").click()
    page.get_by_test_id("whistle-title").locator("input, textarea").or_(
        page.locator("input[data-testid=whistle-title]")
    ).first.fill("2 号楼楼道灯不亮")
    page.get_by_test_id("whistle-description").locator("textarea, input").or_(
        page.locator("textarea[data-testid=whistle-description]")
    ).first.fill("晚上看不清台阶,老人容易摔倒。")
    page.locator("input[type=file]").first.set_input_files(photo)
    picture(page, "field-whistle")
    assert violations(page) == []
    page.get_by_test_id("whistle-send").click()
    page.get_by_test_id("tab-me").click()
    expect(page.get_by_text("2 号楼楼道灯不亮").first).to_be_visible()
    picture(page, "field-me")
    assert violations(page) == []


def test_what_is_written_without_network_is_sent_when_it_returns(page: Page) -> None:
    first_member(page)
    page.context.set_offline(True)
    page.get_by_test_id("member-row").first.click()
    page.get_by_test_id("edit-phone").click()
    page.locator("input[type=tel]").fill("15487654321")
    page.get_by_test_id("save-fact").click()
    expect(page.get_by_test_id("outbox-count").first).to_contain_text("1")
    picture(page, "field-offline")
    page.context.set_offline(False)
    expect(page.get_by_test_id("outbox-count").first).not_to_contain_text("1", timeout=15_000)
    expect(page.get_by_text("154****4321").first).to_be_visible(timeout=15_000)


def test_the_app_speaks_korean(page: Page) -> None:
    page.get_by_test_id("tab-me").click()
    page.get_by_test_id("lang-ko").click()
    expect(page.locator("html")).to_have_attribute("lang", "ko")
    picture(page, "field-korean")
    assert violations(page) == []


def test_signing_out_leaves_nothing_behind(page: Page) -> None:
    page.get_by_test_id("tab-grid").click()
    expect(page.get_by_test_id("household-row").first).to_be_visible()
    page.get_by_test_id("tab-me").click()
    page.get_by_test_id("sign-out").click()
    confirm = page.locator(".van-dialog__confirm")
    if confirm.count():
        confirm.click()
    page.wait_for_timeout(1000)
    kept = page.evaluate(
        """async () => {
            const rows = [];
            for (const { name } of await indexedDB.databases()) {
                const db = await new Promise((ok, no) => {
                    const r = indexedDB.open(name);
                    r.onsuccess = () => ok(r.result);
                    r.onerror = no;
                });
                for (const store of db.objectStoreNames) {
                    const all = await new Promise(ok => {
                        const r = db.transaction(store).objectStore(store).getAll();
                        r.onsuccess = () => ok(r.result);
                    });
                    rows.push(...all);
                }
                db.close();
            }
            return JSON.stringify(rows) + JSON.stringify(sessionStorage);
        }"""
    )
    assert "154" not in kept
    assert "refresh" not in kept
