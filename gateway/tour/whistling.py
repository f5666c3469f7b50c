"""Steps 4 and 5: a grid worker corrects a fact and whistles; the street has it dealt with."""

import time
from io import BytesIO
from typing import Any

from PIL import Image, ImageDraw

from gateway.tour.actors import Actor, StepFailed
from gateway.tour.scene import Scene

_PATIENCE_S = 30.0


def blow(scene: Scene) -> None:
    """The worker's households and day, one corrected telephone, one whistle with a photo."""
    worker = scene.person(f"grid.{scene.grid}", app="field")
    worker.purpose = "verification"
    households = worker.get(f"/registry/v1/grids/{scene.grid}/households", limit=200)["items"]
    today = worker.get("/tasks/v1/today")["items"]
    scene.say(
        f"我的网格 my grid: {len(households)}+ 户 households · 今天 today: {len(today)} 件 items"
    )
    _correct(scene, worker, households)
    whistle = _whistle(scene, worker)
    scene.say(f"吹哨 whistle: {whistle['title']} → {whistle['state']}")
    scene.kept["whistle"] = whistle


def _correct(scene: Scene, worker: Actor, households: list[dict[str, Any]]) -> None:
    member = households[0]["members"][0]
    path = f"/registry/v1/residents/{member['id']}"
    shown = worker.get(path, fields="name,phone,usual_language")
    phone = f"154{time.time_ns() // 1000 % 10**8:08}"
    answer = worker.send("PATCH", path, json={"phone": phone}, version=shown["version"])
    corrected = worker.expect(answer, 200)
    scene.say(
        f"改一个号码 one telephone corrected: {shown['phone']} → {corrected['phone']}"
        f"(第 {corrected['version']} 版 version)"
    )
    stale = worker.send("PATCH", path, json={"phone": phone}, version=shown["version"])
    worker.expect(stale, 412)
    scene.say("拿旧版本再改会被拒绝 a change from the old version is refused: 412")
    scene.kept["resident"] = member["id"]


def _whistle(scene: Scene, worker: Actor) -> dict[str, Any]:
    sent = worker.send("POST", "/tasks/v1/attachments", files={"photo": ("p.jpg", _photo())})
    photo = worker.expect(sent, 201)
    body = {
        "kind": "resident_demand",
        "title": "3 号楼前排水井盖破损",
        "description": "井盖裂开一角，老人夜间行走有危险，社区没有维修权限。",
        "area": scene.grid,
        "place_text": "3 号楼东侧人行道",
        "photo_ids": [photo["id"]],
    }
    whistle: dict[str, Any] = worker.post("/tasks/v1/whistles", body)
    return whistle


def handle(scene: Scene) -> None:
    """Checked, dispatched to two departments, one overdue, reported in, verified, rated, closed."""
    street = scene.person(f"street.{scene.street}")
    lead, helper = f"{scene.county}.transport", f"{scene.county}.housing"
    path = f"/tasks/v1/whistles/{scene.kept['whistle']['id']}"
    whistle = street.get(path)
    whistle = street.post(
        f"{path}/blow", {"comment": "属实，超出社区权限。"}, version=whistle["version"]
    )
    orders = {"lead": lead, "co_handlers": [helper], "sign_within_s": 2}
    whistle = street.post(f"{path}/dispatch", orders, version=whistle["version"])
    scene.say(
        f"派单 dispatched: 主办 lead {lead} · 协办 co-handler {helper} · 2 秒内签收 sign in 2 s"
    )
    leader = scene.person(f"dept.{scene.county}.transport")
    whistle = _go(leader, path, "sign", {})
    whistle = _overdue(street, path, helper)
    late = next(leg for leg in whistle["legs"] if leg["organisation"] == helper)["overdue"][0]
    scene.say(
        f"协办没签收，时钟响了 the co-handler's clock fired: {late['what']} 第 {late['level']} 级"
    )
    second = scene.person(f"dept.{scene.county}.housing")
    _go(second, path, "sign", {})
    _go(second, path, "arrive", {})
    _go(second, path, "result", {"text": "已通知物业设置围挡。", "photo_ids": []})
    _go(leader, path, "arrive", {})
    whistle = _go(leader, path, "result", {"text": "井盖已更换并加固。", "photo_ids": []})
    scene.say(f"部门报到并反馈 reported in and answered: {whistle['state']}")
    closing = leader.send("POST", f"{path}/close", json={}, version=whistle["version"])
    leader.expect(closing, 403, 404, 409)
    scene.say(f"部门想自己销哨，被拒 a department may not close it: {closing.status_code}")
    whistle = _go(street, path, "verify", {"passed": True, "comment": "现场核实。"})
    whistle = _go(street, path, "rate", {"satisfaction": "satisfied", "comment": "处置及时。"})
    whistle = _go(street, path, "close", {})
    if whistle["state"] != "closed":
        raise StepFailed(f"the whistle ended as '{whistle['state']}'")
    scene.say("核查、评价、销哨 verified, rated, closed")


def _go(actor: Actor, path: str, action: str, body: dict[str, Any]) -> dict[str, Any]:
    """One transition from the version as it is now."""
    version = actor.get(path)["version"]
    whistle: dict[str, Any] = actor.post(f"{path}/{action}", body, version=version)
    return whistle


def _overdue(street: Actor, path: str, organisation: str) -> dict[str, Any]:
    until = time.monotonic() + _PATIENCE_S
    while time.monotonic() < until:
        whistle: dict[str, Any] = street.get(path)
        if any(leg["organisation"] == organisation and leg["overdue"] for leg in whistle["legs"]):
            return whistle
        time.sleep(0.5)
    raise StepFailed("the overdue clock did not fire")


def _photo() -> bytes:
    """A small drawing of a broken cover: no picture of a real place."""
    image = Image.new("RGB", (640, 480), (150, 150, 145))
    draw = ImageDraw.Draw(image)
    draw.ellipse((180, 110, 460, 390), fill=(70, 70, 72), outline=(40, 40, 40), width=8)
    draw.polygon([(320, 250), (470, 300), (400, 400)], fill=(15, 15, 15))
    out = BytesIO()
    image.save(out, "JPEG", quality=85)
    return out.getvalue()
