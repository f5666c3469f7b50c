"""Steps 1 and 2: two departments send files about the same people."""

import csv
import time
from pathlib import Path
from typing import Any

from gateway.tour.actors import Actor, StepFailed
from gateway.tour.scene import Scene

_PATIENCE_S = 60.0


def health_sends(scene: Scene) -> None:
    """An XLSX with mixed dates, stray spaces, full-width digits, wrong numbers and duplicates."""
    health = scene.system(f"sys.{scene.county}.health")
    file = scene.files / "health.xlsx"
    rehearsed = _send(scene, health, file, "health", dry_run=True)["progress"]
    scene.say(
        f"先试算，什么也不写 rehearsal, nothing is written: "
        f"将接受 would accept {rehearsed['accepted']} · 将退回 would reject {rehearsed['rejected']}"
    )
    job = _send(scene, health, file, "health")
    progress = job["progress"]
    _tell(scene, progress)
    if not progress["rejected"] or not progress["accepted"]:
        raise StepFailed("the file holds both good and wrong rows, and one kind is missing")
    errors = health.send("GET", f"/registry/v1/imports/{job['id']}/errors")
    health.expect(errors, 200)
    scene.say(
        f"错误文件 error file: {len(errors.content):,} 字节 bytes, "
        f"{errors.headers.get('content-type', '')}, 每行带原因 a reason on every row"
    )
    scene.kept["health"] = job


def housing_sends(scene: Scene) -> None:
    """A CSV about some of the same people: compared first, then matched, not made again."""
    housing = scene.system(f"sys.{scene.county}.housing")
    file = scene.files / "housing.csv"
    _compare(scene, housing, file, "housing")
    job = _send(scene, housing, file, "housing")
    progress = job["progress"]
    _tell(scene, progress)
    if progress["created"] or not progress["matched"]:
        raise StepFailed("the same people were expected, and new residents appeared")
    scene.say("没有新建居民：还是同一批人 no resident was made: they are the same people")
    left = _compare(scene, housing, file, "housing")
    if left["added"] or left["changed"]:
        raise StepFailed("the file was imported, and still differs where it should count")
    _contradict(scene, file)


def _contradict(scene: Scene, file: Path) -> None:
    """A third department says another telephone number: it is kept, not shown, and looked into."""
    worker = scene.person(f"grid.{scene.grid}", "field")
    worker.purpose = "verification"
    said = {
        "document": _with_telephone(worker, file),
        "fields": {"phone": f"139{time.time_ns() // 1000 % 10**8:08}"},
    }
    insurance = scene.system(f"sys.{scene.county}.social_security")
    body = {"domain": "social_security", "county": scene.county, "items": [said]}
    resident = insurance.post("/registry/v1/residents/upserts", body)["items"][0]["resident_id"]
    page = worker.get("/registry/v1/verifications", within=scene.grid)
    opened = [v for v in page["items"] if v["resident_id"] == resident and v["field"] == "phone"]
    if not opened:
        raise StepFailed("two sources contradict each other, and nobody is asked to look")
    shown, claimed = opened[0]["shown"], opened[0]["claimed"]
    scene.say(
        f"两个来源说法不同，请网格员核实 two sources differ, the grid worker is asked: "
        f"{shown['value']} ({shown['domain']}) ≠ {claimed['value']} ({claimed['domain']})"
    )
    path = f"/registry/v1/verifications/{opened[0]['id']}/resolve"
    done = worker.post(path, {"confirm": True, "note": "电话核实，原号码正确"})
    told = worker.get(f"/registry/v1/residents/{resident}", fields="phone", explain="true")
    lost = told["explanation"]["phone"]["others"]
    scene.say(
        f"核实结果 outcome: {done['outcome']}；记录说得清为什么 the record explains itself: "
        f"{len(lost)} 个说法未采用 not shown ({'、'.join(sorted({o['reason'] for o in lost}))})"
    )


def _with_telephone(worker: Actor, file: Path) -> dict[str, str]:
    """The document of somebody in the file who lives in this worker's grid and has a telephone."""
    for row in csv.reader(file.read_text("gb18030").splitlines()):
        document = {"kind": "resident_id", "number": row[1].strip()}
        asked = {"document": document, "fields": ["phone"]}
        found = worker.send("POST", "/registry/v1/residents/lookup", json=asked)
        if found.is_success and found.json()["phone"]:
            return document
    raise StepFailed("nobody in the file lives in this grid and has a telephone")


def _compare(scene: Scene, actor: Actor, file: Path, domain: str) -> dict[str, int]:
    """How a whole file differs from the record, by persons; nothing is written."""
    job = _ended(scene, actor, "reconciliations", file, {"domain": domain})
    persons: dict[str, int] = job["summary"]["persons"]
    scene.say(
        f"对账 reconciled: 一致 same {persons['same']} · 新增 added {persons['added']} · "
        f"变化 changed {persons['changed']} · 缺失 missing {persons['missing']} · "
        f"矛盾 contradicting {persons['contradicting']}"
    )
    return persons


def _send(
    scene: Scene, actor: Actor, file: Path, domain: str, *, dry_run: bool = False
) -> dict[str, Any]:
    form = {"domain": domain, **({"dry_run": "true"} if dry_run else {})}
    return _ended(scene, actor, "imports", file, form)


def _ended(
    scene: Scene, actor: Actor, kind: str, file: Path, form: dict[str, str]
) -> dict[str, Any]:
    """A job over a file, once it is done."""
    content = file.read_bytes()
    scene.say(f"{file.name}: {len(content):,} 字节 bytes → {kind}")
    sent = actor.send(
        "POST",
        f"/registry/v1/{kind}",
        data={"county": scene.county, **form},
        files={"file": (file.name, content)},
    )
    job: dict[str, Any] = actor.expect(sent, 202)
    until = time.monotonic() + _PATIENCE_S
    while job["state"] in {"queued", "running"} and time.monotonic() < until:
        time.sleep(0.3)
        job = actor.get(f"/registry/v1/{kind}/{job['id']}")
    if job["state"] != "done":
        raise StepFailed(f"the work ended as '{job['state']}': {job.get('error')}")
    return job


def _tell(scene: Scene, progress: dict[str, Any]) -> None:
    scene.say(
        f"共 {progress['rows_total']} 行 rows · 接受 accepted {progress['accepted']} · "
        f"对上已有居民 matched {progress['matched']} · 新居民 new {progress['created']} · "
        f"重复 duplicate {progress['duplicates']} · 退回 rejected {progress['rejected']}"
    )
