"""The record at the desk, on the real suite: taken back, kept, filled, drawn, provided, ranked."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Open, picture, violations

pytestmark = pytest.mark.browser
POLICE = "dept.222406.public_security"
SHEET = "身份证号,姓名,家庭医生\n110105194912310021,王某,张医生\n,无名,李医生\n"


def looked_at(page: Page, name: str) -> None:
    page.wait_for_timeout(400)
    picture(page, name)
    assert violations(page) == []


def open_residents(page: Page) -> None:
    page.get_by_test_id("menu-residents").click()
    page.get_by_test_id("purpose").select_option("statutory_registration")
    page.get_by_test_id("search-name").fill("金哲")
    page.get_by_test_id("search-start").click()
    expect(page.get_by_test_id("resident-row").first).to_be_visible()


def open_family(page: Page) -> None:
    """The household of somebody who does not live alone."""
    rows = page.get_by_test_id("resident-row")
    for place in range(rows.count()):
        rows.nth(place).get_by_role("link").first.click()
        page.get_by_test_id("to-household").click()
        page.get_by_test_id("household-member").first.wait_for()
        if page.get_by_test_id("household-member").count() > 1:
            return
        page.go_back()
        page.go_back()
        rows.first.wait_for()
    pytest.fail("nobody found lives with others")


def test_a_life_event_is_recorded_and_taken_back(sign_in: Open) -> None:
    page = sign_in("desk", POLICE)
    open_residents(page)
    open_family(page)
    head = page.get_by_test_id("household-member").filter(has_text="户主").get_by_role("link")
    before = head.first.inner_text()
    page.get_by_test_id("life-event-open").click()
    page.get_by_test_id("life-event-kind").select_option("head_change")
    page.locator("input[name=le-people]").nth(1).check()
    page.get_by_test_id("life-event-next").click()
    page.locator("[data-testid=life-event-checked]").click()
    page.get_by_test_id("life-event-send").click()
    expect(head.first).not_to_have_text(before)
    page.get_by_test_id("life-events-open").click()
    page.get_by_test_id("life-event-reverse").first.click()
    expect(page.get_by_test_id("reverse-undoes")).to_contain_text("户主恢复为原户主")
    expect(page.get_by_test_id("reverse-send")).to_be_disabled()
    looked_at(page, "desk-reverse")
    page.get_by_test_id("reverse-reason").fill("重复登记")
    page.locator("[data-testid=reverse-checked]").click()
    page.get_by_test_id("reverse-send").click()
    expect(page.get_by_test_id("life-event-row").first).to_contain_text("已撤销")
    expect(head.first).to_have_text(before)


def test_documents_are_added_ended_and_never_shown_in_full(sign_in: Open) -> None:
    page = sign_in("desk", POLICE)
    open_residents(page)
    page.get_by_test_id("resident-row").nth(2).get_by_role("link").first.click()
    page.get_by_test_id("documents-open").click()
    page.get_by_test_id("document-add").click()
    page.get_by_test_id("document-kind").select_option("passport")
    page.get_by_test_id("document-number").fill("1")
    page.get_by_test_id("document-send").click()
    expect(page.get_by_test_id("document-problem")).to_contain_text("证件号码格式不符")
    assert not re.search("[A-Za-z]{4,}", page.get_by_test_id("document-problem").inner_text())
    page.get_by_test_id("document-number").fill("E87654321")
    page.get_by_test_id("document-send").click()
    row = page.get_by_test_id("document-row").filter(has_text="护照")
    expect(row).to_be_visible()
    assert "E87654321" not in page.content()
    row.get_by_test_id("document-end").click()
    page.get_by_test_id("document-reason").fill("遗失")
    page.get_by_test_id("document-send").click()
    expect(row).to_contain_text("停用：遗失")
    looked_at(page, "desk-documents")


def test_a_registration_is_put_right(sign_in: Open) -> None:
    page = sign_in("desk", POLICE)
    open_residents(page)
    page.get_by_test_id("resident-row").nth(3).get_by_role("link").first.click()
    page.get_by_test_id("registration-open").click()
    page.get_by_test_id("reg-area").fill("99")
    page.get_by_test_id("registration-send").click()
    expect(page.get_by_test_id("registration-problem")).to_contain_text("户籍地：请填")
    looked_at(page, "desk-registration")
    page.get_by_test_id("reg-area").fill("220102")
    page.get_by_test_id("registration-send").click()
    expect(page.get_by_test_id("field-registered_area")).to_contain_text("220102")


def test_rows_of_an_import_and_what_was_provided_are_read(sign_in: Open, tmp_path: Path) -> None:
    page = sign_in("desk", "dept.222406.health")
    sheet = tmp_path / "卫生.csv"
    sheet.write_text(SHEET, encoding="utf-8")
    page.get_by_test_id("menu-imports").click()
    page.locator("input[type=file]").set_input_files(sheet)
    page.get_by_test_id("import-start").click()
    page.get_by_test_id("purpose").first.select_option("statutory_registration")
    page.get_by_test_id("row-outcome").select_option("rejected")
    expect(page.get_by_test_id("import-row")).to_have_count(2)
    looked_at(page, "desk-import-rows")
    page.get_by_test_id("menu-exports").click()
    page.get_by_test_id("export-area-county").select_option(index=1)
    page.get_by_test_id("export-area-street").select_option(index=1)
    page.get_by_test_id("export-basis").fill("基本医疗卫生与健康促进法")
    page.get_by_test_id("export-start").click()
    with page.expect_download(timeout=60_000):
        page.get_by_test_id("export-file").click(timeout=60_000)
    county = sign_in("desk", "county.222406")
    county.get_by_test_id("menu-provisions").click()
    entry = county.get_by_test_id("provision-row").first
    expect(entry).to_contain_text("和龙市卫生健康局")
    expect(entry).to_contain_text("基本医疗卫生与健康促进法")
    looked_at(county, "desk-provisions")


def test_a_vacant_post_is_filled(sign_in: Open) -> None:
    page = sign_in("desk", "secretariat.222406")
    page.get_by_test_id("menu-posts").click()
    page.locator("[data-testid=vacant-only]").click()
    page.get_by_test_id("post-appoint").first.click()
    page.get_by_test_id("post-holder").fill("金英爱")
    page.get_by_test_id("post-phone").fill("123")
    page.get_by_test_id("post-send").click()
    expect(page.get_by_test_id("post-problem")).to_contain_text("电话号码有误")
    looked_at(page, "desk-post")
    page.get_by_test_id("post-phone").fill("0433-1234567")
    page.get_by_test_id("post-send").click()
    expect(page.get_by_test_id("posts-counted")).to_contain_text("空缺 0 处")


def test_a_boundary_is_drawn_and_refused_where_it_is_wrong(sign_in: Open) -> None:
    page = sign_in("desk", "secretariat.222406")
    page.get_by_test_id("menu-areas").click()
    page.get_by_test_id("area-code").fill("222406001001002")
    page.get_by_test_id("area-open").click()
    page.get_by_test_id("area-draw").click()
    page.get_by_test_id("draw-existing").click()
    expect(page.locator(".vertex")).to_have_count(4)
    page.get_by_test_id("canvas").scroll_into_view_if_needed()
    before = page.get_by_test_id("draw-size").inner_text()
    drag(page, 0.2)
    expect(page.get_by_test_id("draw-size")).not_to_have_text(before)
    page.get_by_test_id("draw-source").fill("2026年勘界")
    page.get_by_test_id("draw-save").click()
    expect(page.get_by_text("边界已保存")).to_be_visible()
    looked_at(page, "desk-boundary")
    page.get_by_test_id("canvas").scroll_into_view_if_needed()
    drag(page, -0.8)
    page.get_by_test_id("draw-save").click()
    expect(page.get_by_test_id("draw-problem")).to_contain_text("边界：")
    looked_at(page, "desk-boundary-refused")


def drag(page: Page, share: float) -> None:
    """Moves the first point towards the middle of all; away from it where the share is negative."""
    boxes = [point.bounding_box() for point in page.locator(".vertex").all()]
    places = [(b["x"] + b["width"] / 2, b["y"] + b["height"] / 2) for b in boxes if b]
    middle = [sum(side) / len(places) for side in zip(*places, strict=True)]
    x, y = places[0]
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + share * (middle[0] - x), y + share * (middle[1] - y), steps=5)
    page.mouse.up()


def test_the_matrix_needs_four_eyes(sign_in: Open) -> None:
    page = sign_in("desk", "secretariat.2224")
    page.get_by_test_id("menu-matrix").click()
    page.get_by_test_id("matrix-domain").select_option("health")
    page.get_by_test_id("matrix-edit").click()
    for cell, rank in (("disability-health", "2"), ("disability-social_security", "1")):
        page.get_by_test_id(f"rank-{cell}").fill(rank)
        page.get_by_test_id(f"rank-{cell}").press("Tab")
    page.get_by_test_id("matrix-note").fill("残疾类别以社保为准")
    page.get_by_test_id("matrix-save").click()
    page.get_by_test_id("matrix-simulate").click()
    expect(page.get_by_test_id("simulation")).to_contain_text("显示会改变")
    looked_at(page, "desk-matrix")
    activate(page)
    expect(page.get_by_test_id("matrix-problem")).to_contain_text("须由起草人以外的人启用")
    other = sign_in("desk", "county.2224")
    other.get_by_test_id("menu-matrix").click()
    activate(other)
    expect(other.get_by_test_id("matrix-version").first).to_contain_text("现行")
    activate(page)
    expect(page.get_by_test_id("matrix-problem")).to_contain_text("已重新读取")
    expect(page.get_by_test_id("matrix-version").first).to_contain_text("现行")


def activate(page: Page) -> None:
    page.get_by_test_id("matrix-activate").first.click()
    page.get_by_test_id("matrix-activate-yes").click()
