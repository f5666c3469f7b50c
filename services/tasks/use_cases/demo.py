"""Load the demo's whistles, assignments and suggestions: history, so that no board is empty."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any, Final

from services.common.clock import utc_now
from services.common.database import Database
from services.common.sealing import Sealer
from services.common.service import Progress
from services.tasks.domain import contacts
from services.tasks.domain.actors import Actor
from services.tasks.domain.deadlines import Limits
from services.tasks.domain.demo import telling, texts
from services.tasks.domain.demo.dice import Dice
from services.tasks.domain.demo.story import Cast, Story
from services.tasks.domain.whistles import WhistleKind
from services.tasks.settings import TasksSettings
from services.tasks.store import defaults, demo
from services.tasks.store.demo import Contact, Timer
from services.tasks.store.store import open_sealer
from services.tasks.use_cases.steps import ALARM, alarm_payload
from services.tasks.use_cases.whistles import contact_context

COUNTS: Final[Mapping[str, int]] = {"tiny": 4, "county": 60, "prefecture": 1500}
_FIRST_ENDS: Final = ("result_submitted", "handling", "dispatched", "closed")
"""What the pilot's first grid sees, so that its worker finds each kind of work."""
_CONTACT: Final = "金女士 13900000000"
_SCALE_OF_ASSIGNMENTS: Final = 5


@dataclass(frozen=True, slots=True)
class Setting:
    """Where the demo plays.

    Attributes:
        grids: Grid codes, the pilot's first.
        communities: Community codes, the pilot's first.
        actors: By login.
        departments: Officers by county and domain.
        county: The pilot county.
    """

    grids: Sequence[str]
    communities: Sequence[str]
    actors: Mapping[str, Actor]
    departments: Mapping[str, Mapping[str, Actor]]
    county: str

    def cast(self, grid: str) -> Cast:
        """Who plays in a grid; a missing worker's or officer's part is taken by its office."""
        community, street = grid[:12], grid[:9]
        worker = self.actors.get(f"grid.{grid}") or _stand_in("grid_worker", community, grid)
        officer = self.actors.get(f"street.{street}") or _stand_in("street_officer", street, street)
        return Cast(worker, officer, self.departments.get(grid[:6], {}))


async def load_demo(
    settings: TasksSettings, context: Mapping[str, Any], progress: Progress
) -> Mapping[str, Any]:
    """Write the demo's history once.

    Args:
        settings: Of this service.
        context: `scale`, `seed`, `county`, `communities`, `grids`, `accounts`; `subjects` (login →
            `sub`) where identity knows them.
        progress: Told before and after.

    Returns:
        `whistles`: how many were written, or 0 when they were here.
    """
    scale, seed = str(context["scale"]), int(context["seed"])
    total = COUNTS.get(scale, COUNTS["tiny"])
    database = Database(
        settings.database_url.get_secret_value(), application="tasks.demo", pool_size=2
    )
    await database.open()
    try:
        sealer = await open_sealer(database, settings.wrapping_key)
        progress("tasks", 0, total)
        written = await _load(database, sealer, _setting(context), (scale, seed, total))
    finally:
        await database.close()
    progress("tasks", total, total)
    return {"whistles": written}


async def _load(
    database: Database, sealer: Sealer, setting: Setting, wanted: tuple[str, int, int]
) -> int:
    scale, seed, total = wanted
    now = utc_now()
    dice = Dice(Random(f"tasks:{scale}:{seed}"))  # noqa: S311 — invented stories, no secrets
    async with database.transaction() as connection:
        if not await demo.begin(connection, scale, seed, now):
            return 0
        counties = sorted({grid[:6] for grid in setting.grids})
        await demo.write_defaults(connection, counties)
        limits = {
            kind.value: await defaults.of(connection, setting.county, kind) for kind in WhistleKind
        }
        stories = _stories(dice, setting, limits, now, total)
        contacts_ = {s.whistle.id: _contact(sealer, s) for s in stories if dice.chance(0.3)}
        timers = [timer for story in stories for timer in _timers(story)]
        await demo.write_stories(connection, stories, contacts_, timers)
        await demo.write_assignments(connection, _assignments(dice, setting, now, total))
        await demo.write_suggestions(connection, _suggestions(dice, setting, now))
    return len(stories)


def _stories(
    dice: Dice, setting: Setting, limits: Mapping[str, Limits], now: datetime, total: int
) -> list[Story]:
    grids = [setting.grids[0]] * len(_FIRST_ENDS)
    grids += [dice.one_of(setting.grids) for _ in range(total - len(grids))]
    ends = [*_FIRST_ENDS, *[None] * (total - len(_FIRST_ENDS))]
    return [
        telling.tell(dice, setting.cast(grid), grid, limits=limits.__getitem__, now=now, end=end)
        for grid, end in zip(grids, ends, strict=True)
    ]


def _timers(story: Story) -> list[Timer]:
    return [
        Timer(
            alarm.effect_key(story.whistle.id, level),
            ALARM,
            due_at,
            alarm_payload(story.whistle, alarm, level),
        )
        for alarm, level, due_at in story.pending
    ]


def _contact(sealer: Sealer, story: Story) -> Contact:
    sealed = sealer.seal(_CONTACT, contact_context(story.whistle.id))
    return Contact(sealed, contacts.masked(_CONTACT))


def _assignments(dice: Dice, setting: Setting, now: datetime, total: int) -> list[tuple[Any, ...]]:
    rows = []
    states: Sequence[str] = ("open", "open", "done", "done", "refused")
    for place in range(max(total // _SCALE_OF_ASSIGNMENTS, 2)):
        # The pilot's own community first, so that its worker has something placed today.
        pilot = place < len(states[:2])
        community = setting.communities[0] if pilot else dice.one_of(setting.communities)
        state = "open" if pilot else dice.one_of(states)
        domain, title, content = texts.ASSIGNMENTS[place % len(texts.ASSIGNMENTS)]
        rows.append(_assignment(dice, setting, (community, domain, title, content), state, now))
    return rows


def _assignment(
    dice: Dice, setting: Setting, what: tuple[str, str, str, str], state: str, now: datetime
) -> tuple[Any, ...]:
    community, domain, title, content = what
    county = community[:6]
    login = f"dept.{county}.{domain}"
    placer = setting.actors.get(login) or _stand_in(
        "department_officer", f"{county}.{domain}", county
    )
    officer = setting.actors.get(f"community.{community}") or _stand_in(
        "community_officer", community, community
    )
    is_open = state == "open"
    days = 2 if is_open else 40
    placed_at = now - timedelta(days=days) - dice.share(86_400)
    answered_at = None if is_open else placed_at + timedelta(days=3)
    refused = state == "refused"
    return (
        county,
        dice.new_id(placed_at),
        community,
        title,
        content,
        placer.organisation,
        domain,
        state,
        placed_at + timedelta(days=10),
        placer.subject,
        placer.name,
        placed_at,
        None if is_open else officer.subject,
        None if is_open else officer.name,
        answered_at,
        "no_funds" if refused else None,
        "经费未到位，依规拒绝。" if refused else None,
    )


def _suggestions(dice: Dice, setting: Setting, now: datetime) -> list[tuple[Any, ...]]:
    rows = []
    for place, (kind, text, reply) in enumerate(texts.SUGGESTIONS):
        grid = setting.grids[place % len(setting.grids)]
        worker = setting.cast(grid).worker
        created_at = now - timedelta(days=20 - place)
        answer = (reply, "system.admin", created_at + timedelta(days=2)) if reply else (None,) * 3
        said = (kind, text, worker.subject, worker.organisation, worker.role, created_at)
        rows.append((grid[:6], dice.new_id(created_at), *said, *answer))
    return rows


def _setting(context: Mapping[str, Any]) -> Setting:
    county = str(context["county"])
    subjects: Mapping[str, str] = context.get("subjects", {})
    actors = {
        account["login"]: Actor(
            subject=str(subjects.get(account["login"], account["login"])),
            name=account["name"],
            organisation=account["org"],
            roles=frozenset({account["role"]}),
            areas=tuple(account["areas"]),
            domains=frozenset(account.get("domains") or ()),
        )
        for account in context["accounts"]
    }
    departments: dict[str, dict[str, Actor]] = {}
    for actor in actors.values():
        if actor.has("department_officer"):
            departments.setdefault(actor.county, {})[actor.domain] = actor
    return Setting(
        _pilot_first(context["grids"], county),
        _pilot_first(context["communities"], county),
        actors,
        departments,
        county,
    )


def _pilot_first(codes: Sequence[str], county: str) -> list[str]:
    return sorted(codes, key=lambda code: (not code.startswith(county), code))


def _stand_in(role: str, organisation: str, area: str) -> Actor:
    return Actor(
        subject=f"demo.{organisation}",
        name="值班员",
        organisation=organisation,
        roles=frozenset({role}),
        areas=(area,),
    )
