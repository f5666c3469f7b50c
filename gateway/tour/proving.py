"""Step 6: a resident's record shows who has read it; the survey's figures have moved."""

from gateway.tour.actors import StepFailed
from gateway.tour.scene import Scene

_SERVICES = ("registry", "admission", "tasks")
_SHOWN = 8


def remember_indicators(scene: Scene) -> None:
    """The figures before the walk."""
    scene.kept["before"] = _indicators(scene)


def prove(scene: Scene) -> None:
    """The access record of the corrected resident, and what moved."""
    desk = scene.person(f"desk.{scene.county}")
    desk.purpose = "resident_request"
    log = desk.get(f"/registry/v1/residents/{scene.kept['resident']}/access-log")["items"]
    if not log:
        raise StepFailed("nobody is recorded as having read this resident's data")
    for entry in log[:3]:
        fields = "、".join(entry["fields"][:4])
        scene.say(
            f"{entry['read_at'][:19]} {entry['organisation_name']} {entry['reader']} "
            f"为了 for {entry['purpose']} 看了 read {fields}"
        )
    scene.say(f"共 {len(log)} 条记录 records in all")
    _moved(scene)


def _moved(scene: Scene) -> None:
    before, after = scene.kept["before"], _indicators(scene)
    moved = {
        key: (before.get(key), value) for key, value in after.items() if before.get(key) != value
    }
    if not moved:
        raise StepFailed("no survey indicator has moved")
    for (_, code, name), (old, new) in list(moved.items())[:_SHOWN]:
        scene.say(f"{name} ({code}): {old} → {new}")
    scene.say(f"共 {len(moved)} 项指标变化 indicators moved")


def _indicators(scene: Scene) -> dict[tuple[str, str, str], object]:
    officer = scene.person(f"county.{scene.county}")
    found: dict[tuple[str, str, str], object] = {}
    for service in _SERVICES:
        page = officer.get(f"/{service}/v1/indicators", within=scene.county)
        for item in page["items"]:
            found[service, item["code"], item["name_zh"]] = item["value"]
    return found
