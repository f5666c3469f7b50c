"""Contradictions resolved and life events reported on a phone, against the real suite."""

import csv
import io

import httpx
import pytest
from playwright.sync_api import Page, expect

from gateway.tour import actors
from services.common.clock import local_day, utc_now
from tests.browser.conftest import Open, picture, violations
from tests.suites import Suite

pytestmark = pytest.mark.browser
COUNTY = "222406"


@pytest.fixture
def contradiction(suite: Suite) -> dict[str, str]:
    """One that the housing bureau opened by a row that says otherwise; `field`, `grid`, `name`."""
    with httpx.Client(base_url=suite.base_url, timeout=30, trust_env=False) as http:
        housing = actors.system(http, f"sys.{COUNTY}.housing", suite.password)
        text = (suite.data_dir / "demo" / "housing.csv").read_bytes().decode("gb18030")
        rows = [row[1].strip() for row in csv.reader(io.StringIO(text))][1:]
        documents = [one for one in rows if len(one) == 18]
        items = [
            {"document": {"number": one}, "fields": {"phone": "15400000002"}} for one in documents
        ]
        day = str(local_day(utc_now()))
        body = {"domain": "housing", "county": COUNTY, "observed_on": day, "items": items}
        housing.post("/registry/v1/residents/upserts", body)
        officer = actors.person(http, f"county.{COUNTY}", suite.password)
        officer.purpose = "verification"
        found = officer.get("/registry/v1/verifications", within=COUNTY, state="open")["items"]
        one = found[0]
        return {"grid": one["dwelling"][:15], "name": one["name"], "field": one["field"]}


def test_a_contradiction_is_resolved_without_network(
    contradiction: dict[str, str], sign_in: Open
) -> None:
    page = sign_in("field", f"grid.{contradiction['grid']}", phone=True)
    item = page.get_by_test_id("today-item").filter(has_text=f"{contradiction['name']} · 联系电话")
    expect(item.first).to_be_visible()
    picture(page, "field-today-verify")
    item.first.click()
    expect(page.get_by_test_id("check-confirm")).to_be_visible()
    picture(page, "field-check")
    assert violations(page) == []
    page.context.set_offline(True)
    page.get_by_test_id("check-other").click()
    page.get_by_test_id("check-text").fill("154 1234 5678")
    page.get_by_test_id("check-save").click()
    expect(page.get_by_test_id("outbox-count")).to_have_text("1")
    picture(page, "field-today-waiting")
    assert violations(page) == []
    page.context.set_offline(False)
    expect(page.get_by_test_id("outbox-count")).to_have_text("0")
    expect(item).to_have_count(0)


def report(page: Page, name: str) -> None:
    page.get_by_test_id("tab-grid").click()
    page.get_by_test_id("household-row").first.click()
    page.get_by_test_id("report").click()
    page.get_by_test_id("report-kind-move_in").check()
    page.get_by_test_id("report-name").fill(name)
    page.get_by_test_id("report-sex-2").check()


def test_somebody_moves_in_and_dies_on_the_phone(sign_in: Open) -> None:
    page = sign_in("field", "grid.222406001001001", phone=True)
    report(page, "林秋月")
    picture(page, "field-report")
    assert violations(page) == []
    page.context.set_offline(True)
    page.get_by_test_id("report-save").click()
    expect(page.get_by_test_id("report-waiting")).to_be_visible()
    picture(page, "field-report-waiting")
    page.context.set_offline(False)
    member = page.get_by_test_id("member-row").filter(has_text="林秋月")
    expect(member).to_be_visible()
    picture(page, "field-report-sent")
    page.get_by_test_id("report").click()
    page.get_by_test_id("report-kind-death").check()
    page.get_by_label("林秋月").check()
    page.get_by_test_id("report-save").click()
    expect(member).to_have_count(0)
    expect(page.get_by_test_id("outbox-count")).to_have_text("0")


def test_a_report_the_registry_refuses_says_why_and_can_be_done_again(
    suite: Suite, sign_in: Open
) -> None:
    page = sign_in("field", "grid.222406001001002", phone=True)
    page.get_by_test_id("tab-grid").click()
    page.get_by_test_id("household-row").nth(1).click()
    page.get_by_test_id("report").click()
    page.get_by_test_id("report-kind-move_out").check()
    page.get_by_test_id("report-day").fill("1900-01-01")
    for box in page.locator("[data-testid^=report-who-]").all():
        box.check()
    page.get_by_test_id("report-save").click()
    expect(page.get_by_test_id("report-waiting")).to_contain_text("没有被接受")
    page.get_by_test_id("outbox-count").click()
    expect(page.get_by_test_id("outbox-problem")).to_be_visible()
    picture(page, "field-report-refused")
    assert violations(page) == []
    page.get_by_test_id("outbox-edit").click()
    expect(page.get_by_test_id("report-problem")).to_be_visible()
    page.get_by_test_id("report-day").fill(str(local_day(utc_now())))
    page.wait_for_load_state("networkidle")
    page.get_by_test_id("report-save").click()
    expect(page.get_by_test_id("outbox-count")).to_have_text("0")
