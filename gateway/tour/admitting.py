"""Step 3: a department pushes a task down, is refused, applies, pays, and is let in."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from gateway.tour.actors import Actor, StepFailed
from gateway.tour.scene import Scene
from services.common.clock import local_day, utc_now

_AMOUNT_FEN = 240_000


def admit(scene: Scene) -> None:
    """Refused with the reason; applied for; approved with its money; admitted."""
    county = scene.county
    department = scene.person(f"dept.{county}.culture")
    title = f"社区体育设施使用情况调查 {datetime.now(UTC):%m%d%H%M%S}"
    refused = department.send("POST", "/tasks/v1/assignments", json=_task(scene, title))
    problem = department.expect(refused, 403)
    reason = problem["reason"]
    scene.say(f"拒绝 refused: {reason['code']} {reason['title']} — {reason['how_to']}")
    item = _apply(scene, department, title)
    item = _approve(scene, item)
    still = department.send("POST", "/tasks/v1/assignments", json=_task(scene, title, item["id"]))
    problem = department.expect(still, 403)
    scene.say(f"批了但钱没到，仍拒绝 approved, unpaid, still refused: {problem['reason']['code']}")
    finance = scene.person(f"finance.{county}")
    payment = {
        "amount_fen": _AMOUNT_FEN,
        "paid_on": _today().isoformat(),
        "reference": f"延财社〔{_today().year}〕{datetime.now(UTC):%H%M%S}号",
    }
    path = f"/admission/v1/items/{item['id']}"
    item = finance.post(f"{path}/payments", payment, version=item["version"])
    scene.say(f"到账 paid: {_AMOUNT_FEN / 100:,.2f} 元 → {item['state']}")
    task = department.post("/tasks/v1/assignments", _task(scene, title, item["id"]))
    community = scene.person(f"community.{scene.community}")
    seen = community.get("/tasks/v1/assignments", within=scene.community)["items"]
    if task["id"] not in {listed["id"] for listed in seen}:
        raise StepFailed("the admitted task did not reach the community")
    scene.say(f"同一任务现在到了社区 the same task has now reached the community: {title}")


def _apply(scene: Scene, department: Actor, title: str) -> dict[str, Any]:
    today = _today()
    draft: dict[str, Any] = department.post(
        "/admission/v1/items",
        {
            "title": title,
            "class": "admitted",
            "domain": "culture",
            "communities": [scene.community],
            "content": "登记社区体育设施的完好与使用情况，不另行采集居民信息。",
            "legal_basis": "《公共文化体育设施条例》",
            "special_explanation": "设施分布在小区内，部门无法逐一到场。",
            "starts_on": today.isoformat(),
            "ends_on": (today + timedelta(days=90)).isoformat(),
            "adds": {"form": False, "ledger": False, "inspection": False},
            "workload_hours_per_month": 6,
            "funding": {
                "amount_fen": _AMOUNT_FEN,
                "source": "县级文化体育专项",
                "schedule": [{"due_on": today.isoformat(), "amount_fen": _AMOUNT_FEN}],
            },
        },
    )
    path = f"/admission/v1/items/{draft['id']}"
    item: dict[str, Any] = department.post(f"{path}/submit", {}, version=draft["version"])
    scene.say(f"部门申请 applied: {item['state']}, {_AMOUNT_FEN / 100:,.2f} 元")
    return item


def _approve(scene: Scene, item: dict[str, Any]) -> dict[str, Any]:
    path = f"/admission/v1/items/{item['id']}"
    secretariat = scene.person(f"secretariat.{scene.county}")
    review = {"decision": "accept", "comment": "材料齐全，依据有效。"}
    item = secretariat.post(f"{path}/review", review, version=item["version"])
    approver = scene.person(f"approver.{scene.county}")
    decision = {
        "decision": "approve",
        "approval_no": f"和准〔{_today().year}〕{datetime.now(UTC):%H%M%S}号",
        "valid_to": item["ends_on"],
        "comment": "同意，经费随事转。",
    }
    item = approver.post(f"{path}/decide", decision, version=item["version"])
    scene.say(f"民政初审、联席会议批准 reviewed and approved: {item['state']}")
    return item


def _task(scene: Scene, title: str, item_id: str | None = None) -> dict[str, Any]:
    due_at = datetime.now(UTC) + timedelta(days=30)
    task = {
        "community": scene.community,
        "title": title,
        "content": "请核对本社区体育设施清单。",
        "due_at": due_at.isoformat(),
    }
    return {**task, "item_id": item_id} if item_id else task


def _today() -> date:
    return local_day(utc_now())
