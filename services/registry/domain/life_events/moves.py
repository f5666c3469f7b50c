"""Where people go: what the kinds of life events have in common."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Final
from uuid import UUID

from services.common.errors import Fault, ValidationFailed
from services.registry.domain.life_events import relations, steps
from services.registry.domain.life_events.errors import LifeEventNotPossible
from services.registry.domain.life_events.reports import Report
from services.registry.domain.life_events.world import COUNTY_LENGTH, Household, Person, World

MOST: Final = 50


def fault(pointer: str, code: str, detail: str) -> ValidationFailed:
    """What is wrong with a report."""
    return ValidationFailed(Fault(pointer, code, detail))


def exactly(report: Report, least: int, most: int) -> tuple[UUID, ...]:
    """The people named, when they are so many and all different."""
    people = tuple(dict.fromkeys(report.people))
    if len(people) != len(report.people) or not least <= len(people) <= most:
        many = str(least) if least == most else f"{least} to {most}"
        raise fault("/people", "people-count", f"Name {many}, none of them twice.")
    return people


def household(before: World, report: Report) -> Household:
    """The household that is named, when it is not over."""
    found = before.households.get(report.household_id) if report.household_id else None
    if found is None:
        raise fault("/household_id", "required", "Name the household.")
    if found.is_over:
        raise LifeEventNotPossible("The household is over.", household=str(found.id))
    return found


def movers(before: World, report: Report) -> tuple[UUID, ...]:
    """Who moves: those named, or every member of the household that is named."""
    if report.people:
        return exactly(report, 1, MOST)
    home = household(before, report)
    return tuple(p.id for p in before.members(home.id))


def settle(before: World, report: Report, movers: Iterable[UUID]) -> World:
    """Let people join the household that is named, or found one where it is said."""
    people = tuple(movers)
    if report.household_id is None:
        return new_household(before, report, people)
    home = household(before, report)
    if any(before.people[key].household_id == home.id for key in people):
        raise LifeEventNotPossible("Somebody lives in that household already.")
    after = _abroad(steps.leave(before, people, report.new_head_id, report.relations), people, home)
    after = steps.join(after, people, home.id, report.relations)
    return registered(after, report, people)


def new_household(before: World, report: Report, people: tuple[UUID, ...]) -> World:
    """Let people found a household where it is said."""
    if report.dwelling is None:
        raise fault(
            "/dwelling", "required", "Name a household to join, or a dwelling for a new one."
        )
    head = report.head_id or (people[0] if len(people) == 1 else None)
    if head is None or head not in people:
        raise fault("/head_id", "required", "Name who of them heads the new household.")
    homes = {before.people[key].household_id for key in people}
    former = {}
    if len(homes) == 1 and None not in homes:
        former = {key: before.people[key].relation or relations.OTHER for key in people}
    home = Household(
        report.new_household_id, report.dwelling, report.address, head, since=report.occurred_on
    )
    after = steps.leave(before, people, report.new_head_id, report.relations)
    after = steps.found(_abroad(after, people, home), people, home, former, report.relations)
    return registered(after, report, people)


def _abroad(after: World, people: Iterable[UUID], home: Household) -> World:
    return after.having(unregistered_abroad(after.people[key], home.dwelling) for key in people)


def registered(after: World, report: Report, people: Iterable[UUID]) -> World:
    """Let the registration go along when the report says so."""
    return steps.register(after, people) if report.registered else after


def unregistered_abroad(person: Person, dwelling: str) -> Person:
    """Who goes to another county: what was registered in the old one ends with the move."""
    if person.county == dwelling[:COUNTY_LENGTH]:
        return person
    return replace(person, registered_id=None, registered_relation=None)
