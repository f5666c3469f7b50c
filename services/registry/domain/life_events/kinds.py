"""What each kind of life event does to people and households.

`decide` looks at nothing but its arguments, and gives a whole new state or refuses; what it gives
keeps the invariants that `world.faults` names.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from typing import Final

from services.registry.domain.life_events import moves, relations, steps, world
from services.registry.domain.life_events.errors import LifeEventNotPossible
from services.registry.domain.life_events.reports import Outcome, Report
from services.registry.domain.life_events.world import World

MARRIED: Final = "20"
WIDOWED: Final = "30"
DIVORCED: Final = "40"
ABSENT: Final = "absent"
# Civil Code, article 1047.
_MARRIAGEABLE: Final = {"1": 22}
_MARRIAGEABLE_OTHERS: Final = 20
_TWO: Final = 2


def decide(before: World, report: Report) -> Outcome:
    """What an event comes to.

    Args:
        before: Everybody the report names, and their households with all living members.
        report: What happened.

    Raises:
        ValidationFailed: The report lacks something, or contradicts itself.
        LifeEventNotPossible: People and households do not stand so.
    """
    _check_people(before, report)
    outcome = _DECIDERS[report.kind](before, report)
    broken = world.faults(_touched(before, outcome.world))
    if broken:
        raise LifeEventNotPossible(f"It would leave: {'; '.join(broken)}.")
    return outcome


def _touched(before: World, after: World) -> World:
    """The households that change, with their members, and the people who change."""
    people, homes = world.changed(before, after)
    ids = set(homes) | {h for key in people if (h := after.people[key].household_id)}
    members = {p.id: p for home in ids for p in after.members(home)}
    members |= {key: after.people[key] for key in people}
    known = {key: after.households[key] for key in ids if key in after.households}
    return World(members, known)


def _check_people(before: World, report: Report) -> None:
    for key in report.people:
        person = before.people[key]
        if person.died_on is not None and report.kind != "birth":
            raise LifeEventNotPossible("Somebody it names has died.", resident=str(key))
        if person.born_on is not None and report.occurred_on < person.born_on:
            raise moves.fault("/occurred_on", "before-birth", "Somebody was not born yet.")


def _birth(before: World, report: Report) -> Outcome:
    parents = moves.exactly(report, 1, _TWO)
    if len(report.newcomers) != 1:
        raise moves.fault(
            "/newcomers", "people-count", "A birth has one newborn; twins are two births."
        )
    if report.newcomers[0].born_on not in {None, report.occurred_on}:
        raise moves.fault("/newcomers/0/born_on", "not-the-day", "The birth date is another.")
    homes = [h for key in parents if (h := before.people[key].household_id)]
    home = report.household_id or next(iter(homes), None)
    if home is None or home not in homes:
        raise LifeEventNotPossible("The newborn belongs to the household of a parent who has one.")
    parent = next(before.people[key] for key in parents if before.people[key].household_id == home)
    newborn = replace(
        report.newcomers[0],
        born_on=report.occurred_on,
        residency=report.newcomers[0].residency or parent.residency,
    )
    relation = report.relations.get(newborn.id) or relations.of_newborn(
        parent.relation, newborn.sex
    )
    after = steps.join(before.having([newborn]), [newborn.id], home, {newborn.id: relation})
    after = moves.registered(after, report, [newborn.id])
    return Outcome(after, {newborn.id: "newborn"} | dict.fromkeys(parents, "parent"))


def _death(before: World, report: Report) -> Outcome:
    (died,) = moves.exactly(report, 1, 1)
    after = steps.leave(before, [died], report.new_head_id, report.relations)
    gone = replace(
        after.people[died],
        died_on=report.occurred_on,
        registered_id=None,
        registered_relation=None,
    )
    roles, marital = {died: "deceased"}, {}
    if report.spouse_id is not None:
        roles[report.spouse_id] = "widowed"
        marital[report.spouse_id] = WIDOWED
    return Outcome(after.having([gone]), roles, marital)


def _marriage(before: World, report: Report) -> Outcome:
    spouses = moves.exactly(report, _TWO, _TWO)
    for key in spouses:
        person = before.people[key]
        least = _MARRIAGEABLE.get(person.sex, _MARRIAGEABLE_OTHERS)
        if person.born_on is not None and _age(person.born_on, report.occurred_on) < least:
            raise LifeEventNotPossible("A spouse is too young to marry.", resident=str(key))
    after = before
    if report.household_id is not None:
        home = moves.household(before, report)
        come = [key for key in spouses if before.people[key].household_id != home.id]
        if len(come) == _TWO:
            raise LifeEventNotPossible("None of the spouses belongs to that household.")
        given = dict(report.relations)
        if home.head_id in spouses:
            given |= {key: relations.SPOUSE for key in come if key not in given}
        after = steps.leave(before, come, report.new_head_id, report.relations)
        after = steps.join(after, come, home.id, given)
        after = moves.registered(after, report, come)
    elif report.dwelling is not None:
        report = replace(report, head_id=report.head_id or spouses[0])
        other = next(key for key in spouses if key != report.head_id)
        given = {other: relations.SPOUSE, **report.relations}
        after = moves.new_household(before, replace(report, relations=given), spouses)
    return Outcome(after, dict.fromkeys(spouses, "spouse"), dict.fromkeys(spouses, MARRIED))


def _divorce(before: World, report: Report) -> Outcome:
    people = tuple(dict.fromkeys(report.people))
    if len(people) < _TWO:
        raise moves.fault(
            "/people", "people-count", "Name both spouses, then who leaves with the first."
        )
    spouses, leaving = people[:_TWO], (people[0], *people[_TWO:])
    after = before
    if report.household_id is not None or report.dwelling is not None:
        after = moves.settle(before, report, leaving)
    roles = dict.fromkeys(people, "member") | dict.fromkeys(spouses, "former_spouse")
    return Outcome(after, roles, dict.fromkeys(spouses, DIVORCED))


def _move_in(before: World, report: Report) -> Outcome:
    movers = (*moves.exactly(report, 0, moves.MOST), *(p.id for p in report.newcomers))
    if not movers:
        raise moves.fault("/people", "people-count", "Name who moves in.")
    after = before.having(report.newcomers)
    after = moves.settle(after, report, movers)
    return Outcome(after, dict.fromkeys(movers, "mover"))


def _move_out(before: World, report: Report) -> Outcome:
    movers = moves.movers(before, report)
    after = steps.leave(before, movers, report.new_head_id, report.relations)
    gone = []
    for key in movers:
        person = after.people[key]
        stays = person.registered_id is not None and not report.registered
        gone.append(
            replace(
                person,
                left_on=report.occurred_on,
                dwelling=person.county,
                residency=ABSENT if stays else person.residency,
                registered_id=person.registered_id if stays else None,
                registered_relation=person.registered_relation if stays else None,
            )
        )
    return Outcome(after.having(gone), dict.fromkeys(movers, "mover"))


def _move_within(before: World, report: Report) -> Outcome:
    if report.household_id is not None and not report.people:
        home = moves.household(before, report)
        if report.dwelling is None:
            raise moves.fault("/dwelling", "required", "Say where the household moves.")
        members = before.members(home.id)
        moved = replace(home, dwelling=report.dwelling, address=report.address)
        people = [
            replace(moves.unregistered_abroad(p, report.dwelling), dwelling=report.dwelling)
            for p in members
        ]
        after = before.having(people, [moved])
        after = moves.registered(after, report, [p.id for p in members])
        return Outcome(after, {p.id: "mover" for p in members})
    movers = moves.exactly(report, 1, moves.MOST)
    after = moves.settle(before, report, movers)
    return Outcome(after, dict.fromkeys(movers, "mover"))


def _split(before: World, report: Report) -> Outcome:
    movers = moves.exactly(report, 1, moves.MOST)
    homes = {before.people[key].household_id for key in movers}
    if len(homes) != 1 or None in homes:
        raise LifeEventNotPossible("Those who split off are members of one household.")
    (home,) = homes
    assert home is not None  # noqa: S101 — refused above
    if len(movers) == len(before.members(home)):
        raise LifeEventNotPossible("Somebody stays when a household is split.")
    old = before.households[home]
    report = replace(
        report,
        household_id=None,
        dwelling=report.dwelling or old.dwelling,
        address=report.address or old.address,
    )
    after = moves.new_household(before, report, movers)
    return Outcome(after, dict.fromkeys(movers, "member"))


def _merge(before: World, report: Report) -> Outcome:
    home = moves.household(before, report)
    other = before.households.get(report.other_id) if report.other_id else None
    if other is None or other.id == home.id or other.is_over:
        raise moves.fault(
            "/other_id", "required", "Name the other household that is merged into it."
        )
    people = [p.id for p in before.members(other.id)]
    after = steps.leave(before, people, None, {})
    after = steps.join(after, people, home.id, report.relations)
    after = moves.registered(after, report, people)
    return Outcome(after, dict.fromkeys(people, "member"))


def _head_change(before: World, report: Report) -> Outcome:
    (head,) = moves.exactly(report, 1, 1)
    home = moves.household(before, report)
    person = before.people[head]
    if person.household_id != home.id:
        raise LifeEventNotPossible("The new head is a member of the household.")
    if home.head_id == head:
        raise LifeEventNotPossible("This is the head already.")
    after = steps.head(before, home.id, head, person.relation, report.relations)
    roles = {head: "head"}
    if home.head_id is not None and home.head_id in before.people:
        roles[home.head_id] = "former_head"
    return Outcome(after, roles)


def _age(born_on: date, on: date) -> int:
    return on.year - born_on.year - ((on.month, on.day) < (born_on.month, born_on.day))


_DECIDERS: Final[Mapping[str, Callable[[World, Report], Outcome]]] = {
    "birth": _birth,
    "death": _death,
    "marriage": _marriage,
    "divorce": _divorce,
    "move_in": _move_in,
    "move_out": _move_out,
    "move_within": _move_within,
    "split": _split,
    "merge": _merge,
    "head_change": _head_change,
}
