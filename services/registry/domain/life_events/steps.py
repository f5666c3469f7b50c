"""The steps events are made of: leave, join, found, follow as head."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from uuid import UUID

from services.registry.domain.life_events import relations
from services.registry.domain.life_events.errors import LifeEventNotPossible
from services.registry.domain.life_events.world import Household, Person, World

Relations = Mapping[UUID, str]


def leave(world: World, people: Collection[UUID], new_head: UUID | None, given: Relations) -> World:
    """Take people out of their households; one that nobody is left in ends.

    Args:
        world: As it stands.
        people: Who leaves.
        new_head: Who follows a head that leaves; needed unless one is left, or a spouse.
        given: Relations that are known better than the rules know.

    Raises:
        LifeEventNotPossible: A household is left without a head.
    """
    homes = {world.people[key].household_id for key in people}
    gone = [replace(world.people[key], household_id=None, relation=None) for key in people]
    before, world = world, world.having(gone)
    for home in sorted(h for h in homes if h is not None):
        household, left = world.households[home], world.members(home)
        if not left:
            world = world.having(households=[replace(household, is_over=True, head_id=None)])
        elif household.head_id not in {p.id for p in left}:
            follows = _follower(left, new_head)
            former = before.people[follows].relation
            world = head(world, home, follows, former, given)
    return world


def _follower(left: list[Person], new_head: UUID | None) -> UUID:
    if new_head is not None and any(p.id == new_head for p in left):
        return new_head
    spouses = [p for p in left if p.relation == relations.SPOUSE]
    if len(left) == 1 or len(spouses) == 1:
        return (left if len(left) == 1 else spouses)[0].id
    raise LifeEventNotPossible(
        "The head leaves: name who of the members follows (new_head_id).",
        members=[str(p.id) for p in left],
    )


def head(world: World, home: UUID, follows: UUID, former: str | None, given: Relations) -> World:
    """Give a household another head; everybody's relation is told anew."""
    people = [
        replace(
            p,
            relation=relations.HEAD
            if p.id == follows
            else given.get(p.id) or relations.under(former, p.relation, p.sex),
        )
        for p in world.members(home)
    ]
    return world.having(people, [replace(world.households[home], head_id=follows)])


def join(world: World, people: Iterable[UUID], home: UUID, given: Relations) -> World:
    """Put people, who belong nowhere, into a household; unknown relations are `8`, other.

    Raises:
        LifeEventNotPossible: It is over.
    """
    household = world.households[home]
    if household.is_over:
        raise LifeEventNotPossible("The household is over.", household=str(home))
    return world.having(
        replace(
            world.people[key],
            household_id=home,
            relation=_not_head(given.get(key)),
            dwelling=household.dwelling,
            left_on=None,
        )
        for key in people
    )


def found(
    world: World, people: Collection[UUID], home: Household, former: Relations, given: Relations
) -> World:
    """Make a household of people who belong nowhere.

    Args:
        world: As it stands.
        people: Its members.
        home: Says its id, dwelling and head.
        former: What each was to the head of one household they come from; empty when from several.
        given: Relations that are known better.
    """
    assert home.head_id is not None  # noqa: S101 — who calls names one of the people
    told = {}
    for key in people:
        one, by_rule = world.people[key], relations.OTHER
        if home.head_id in former and key in former:
            by_rule = relations.under(former[home.head_id], former[key], one.sex)
        told[key] = _not_head(given.get(key)) if key in given else by_rule
    told[home.head_id] = relations.HEAD
    return world.having(
        (
            replace(
                world.people[key],
                household_id=home.id,
                relation=told[key],
                dwelling=home.dwelling,
                left_on=None,
            )
            for key in people
        ),
        [home],
    )


def register(world: World, people: Iterable[UUID]) -> World:
    """Let people be registered where they live; nowhere here for those who live nowhere."""
    return world.having(
        replace(
            world.people[key],
            registered_id=world.people[key].household_id,
            registered_relation=world.people[key].relation,
        )
        for key in people
    )


def _not_head(relation: str | None) -> str:
    """Only one is the head, and that one is named otherwise."""
    return relations.OTHER if relation in {None, relations.HEAD} else str(relation)
