"""The published lists are data: the secretariat adds lines and ends them, and checks obey."""

from typing import Any

from tests.factories.admission import COMMUNITIES, COUNTY, ORG, Town, in_days

LINE = {
    "jurisdiction": COUNTY,
    "title": "代收水费",
    "keywords": ["代收水费"],
    "basis": "和龙市社区不应承担事项清单",
    "effective_from": in_days(0),
}


def task(title: str) -> dict[str, Any]:
    return {"community": COMMUNITIES[0], "organisation": ORG, "domain": "health", "title": title}


async def reason(here: Town, title: str) -> str:
    answer = (await here.health.post("/v1/checks", task(title))).json()
    code: str = answer["reason"]["code"]
    return code


async def test_a_negative_line_refuses_from_its_first_to_its_last_day(here: Town) -> None:
    assert await reason(here, "协助代收水费") == "NOT_ADMITTED"
    added = await here.secretariat.post("/v1/negative-list", LINE)
    assert (added.status_code, added.json()["no"]) == (201, 1)
    assert await reason(here, "协助代收水费") == "NEGATIVE_LIST"
    listed = (await here.community.get("/v1/negative-list", within=COMMUNITIES[0])).json()["items"]
    assert [line["title"] for line in listed] == ["代收水费"]
    path = f"/v1/negative-list/{COUNTY}/1/end"
    ended = await here.secretariat.post(path, {"effective_to": in_days(0)})
    assert ended.json()["effective_to"] == in_days(0)
    assert await reason(here, "再次代收水费") == "NEGATIVE_LIST"
    again = await here.secretariat.post(path, {"effective_to": in_days(3)})
    assert again.status_code == 404
    tomorrow = await here.community.get("/v1/negative-list", in_force_on=in_days(1))
    assert tomorrow.json()["items"] == []


async def test_a_county_adds_its_own_certificates_and_leaves_the_nations(here: Town) -> None:
    line = {**LINE, "title": "转学证明", "keywords": ["转学证明"]}
    added = await here.secretariat.post("/v1/certificates", line)
    assert added.status_code == 201
    assert await reason(here, "出具转学证明") == "PROHIBITED_CERTIFICATE"
    items = (await here.community.get("/v1/certificates", within=COUNTY)).json()["items"]
    assert len(items) == 21
    assert (items[20]["jurisdiction"], items[20]["no"]) == (COUNTY, 1)
    elsewhere = (await here.community.get("/v1/certificates", within="222401")).json()["items"]
    assert len(elsewhere) == 20
    ended = await here.secretariat.post(
        f"/v1/certificates/{COUNTY}/1/end", {"effective_to": in_days(0)}
    )
    assert ended.status_code == 200


async def test_retained_certificates_refuse_nothing(here: Town) -> None:
    line = {
        **LINE,
        "title": "农村宅基地使用证明",
        "keywords": [],
        "purpose": "办理不动产登记",
        "process": "申请、核查、公示、出具",
    }
    added = await here.secretariat.post("/v1/certificates?kind=retained", line)
    assert added.status_code == 201, added.text
    assert await reason(here, "出具农村宅基地使用证明") == "NOT_ADMITTED"
    items = (await here.community.get("/v1/certificates", kind="retained")).json()["items"]
    assert [(i["kind"], i["purpose"]) for i in items] == [("retained", "办理不动产登记")]
    figures = (await here.secretariat.get("/v1/indicators", within=COUNTY)).json()["items"]
    values = {figure["code"]: figure["value"] for figure in figures}
    assert (values["prohibited_certificates"], values["retained_certificates"]) == (20, 1)


GAPS: list[tuple[str, dict[str, Any], str]] = [
    ("/v1/negative-list", {"keywords": []}, "/keywords"),
    ("/v1/negative-list", {"keywords": ["x"]}, "/keywords/0"),
    ("/v1/negative-list", {"effective_from": in_days(-1)}, "/effective_from"),
    ("/v1/certificates?kind=retained", {}, "/purpose"),
    ("/v1/certificates?kind=other", {}, "#query/kind"),
    ("/v1/negative-list", {"jurisdiction": "CN"}, "/jurisdiction"),
]


async def test_a_line_is_complete(here: Town) -> None:
    for path, changes, pointer in GAPS:
        response = await here.secretariat.post(path, {**LINE, **changes})
        assert response.status_code == 422, response.text
        assert [error["pointer"] for error in response.json()["errors"]] == [pointer]


async def test_lists_are_kept_by_the_secretariat_of_the_area(here: Town) -> None:
    assert (await here.health.post("/v1/negative-list", LINE)).status_code == 403
    for foreign in ("2224", "222401"):
        line = {**LINE, "jurisdiction": foreign}
        assert (await here.secretariat.post("/v1/negative-list", line)).status_code == 404
    ending = {"effective_to": in_days(1)}
    for path in ("222401/1", f"{COUNTY}/9"):
        response = await here.secretariat.post(f"/v1/certificates/{path}/end", ending)
        assert response.status_code == 404
    added = await here.secretariat.post("/v1/negative-list", LINE)
    past = {"effective_to": in_days(-1)}
    response = await here.secretariat.post(
        f"/v1/negative-list/{COUNTY}/{added.json()['no']}/end", past
    )
    assert response.json()["errors"][0]["pointer"] == "/effective_to"


async def test_the_policy_library_takes_each_document_once(here: Town) -> None:
    document = {
        "jurisdiction": COUNTY,
        "title": "关于建立社区工作准入制度的意见",
        "document_no": "和办发〔2021〕1号",
        "issued_on": "2021-03-01",
    }
    added = await here.secretariat.post("/v1/policy-documents", document)
    assert (added.status_code, added.json()["level"]) == (201, "county")
    again = await here.secretariat.post("/v1/policy-documents", document)
    assert (again.status_code, again.json()["code"]) == (409, "already-listed")
    items = (await here.community.get("/v1/policy-documents", within=COUNTY)).json()["items"]
    assert [i["title"] for i in items] == [document["title"]]
