"""A subscription sees what its owner may see now, and follows areas that get another code."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from services.common.errors import PeerUnavailable
from services.registry.clients import identity
from services.registry.clients.identity import NOBODY, Identity
from services.registry.store.places import rekeying
from tests.factories.registry import GRID, OTHER_GRID, Registry
from tests.factories.webhooks import Post, Receiver, post_of, receiving

SUBJECT = "person-1"


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as made:
        yield made


@pytest.fixture
async def post(registry: Registry, receiver: Receiver) -> AsyncIterator[Post]:
    async with post_of(registry, receiver) as made:
        yield made


async def happens(post: Post, *places: str) -> None:
    for place in places:
        await post.publish("phone", area=place)


def areas(receiver: Receiver) -> list[str]:
    return [got.event["area"] for got in receiver.got]


def changed(post: Post, rights: dict[str, Any] | None) -> None:
    """What the owner may do from now on; the minute of the last answer is over."""
    post.registry.identities.changed[SUBJECT] = rights
    post.identity.forget()


async def test_rights_that_shrink_are_noticed_at_the_next_delivery(
    post: Post, receiver: Receiver
) -> None:
    await post.subscribe(receiver.url)
    await happens(post, GRID)
    await post.round()
    assert areas(receiver) == [GRID]
    changed(post, {"areas": [OTHER_GRID]})
    await happens(post, GRID, OTHER_GRID)
    await post.round()
    assert areas(receiver) == [GRID, OTHER_GRID]
    changed(post, {"domains": []})
    await happens(post, OTHER_GRID)
    await post.round()
    assert areas(receiver) == [GRID, OTHER_GRID]


@pytest.mark.parametrize("now", [None, {"roles": ["grid_worker"]}])
async def test_a_closed_account_or_another_office_stops_it(
    post: Post, receiver: Receiver, now: dict[str, Any] | None
) -> None:
    made = await post.subscribe(receiver.url)
    changed(post, now)
    await happens(post, GRID)
    await post.round()
    assert receiver.got == []
    view = await post.get(f"/{made['id']}")
    assert (view["active"], view["stopped_for"]) == (False, "rights")
    # Who may again, and starts it, goes on.
    del post.registry.identities.changed[SUBJECT]
    post.identity.forget()
    started = await post.patch(f"/{made['id']}", {"active": True}, version=view["version"])
    assert started.status_code == 200, started.text
    await happens(post, GRID)
    await post.round()
    assert GRID in areas(receiver)


async def test_while_identity_is_silent_nothing_is_sent_and_nothing_is_lost(
    post: Post, receiver: Receiver
) -> None:
    await post.subscribe(receiver.url)
    post.registry.identities.is_down = True
    await happens(post, GRID)
    await post.round()
    assert receiver.got == []
    post.registry.identities.is_down = False
    await post.round(timedelta(seconds=20))
    assert areas(receiver) == [GRID]
    post.registry.identities.is_down = True
    refused = await post.registry.client.post(
        "/v1/webhooks", json={"url": receiver.url}, headers=post.headers()
    )
    assert refused.status_code == 503


async def test_a_subscription_from_before_is_stopped_until_somebody_answers_for_it(
    post: Post, receiver: Receiver
) -> None:
    made = await post.subscribe(receiver.url)
    async with post.registry.store.transaction() as tx:
        await tx.connection.execute("update webhooks set standing = null")
    await happens(post, GRID)
    await post.round()
    assert receiver.got == []
    assert (await post.get(f"/{made['id']}"))["stopped_for"] == "rights"


async def test_an_answer_is_believed_for_a_minute(
    registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = Identity(registry.identities.peer())
    handle = await asked.handle_for(registry.mint.token(roles=["department_system"]))
    for _ in range(3):
        assert (await asked.standing(handle)).roles == {"department_system"}
    assert registry.identities.asked == 1
    registry.identities.changed[SUBJECT] = None
    monkeypatch.setattr(identity, "KEPT_S", 0.0)
    assert await asked.standing(handle) == NOBODY
    registry.identities.is_down = True
    with pytest.raises(PeerUnavailable):
        await asked.standing(handle)


async def test_subscriptions_and_mappings_follow_a_new_code(post: Post, receiver: Receiver) -> None:
    new = "222406001001009"
    made = await post.subscribe(receiver.url, token={"areas": [GRID]})
    registry = post.registry
    async with registry.store.transaction() as tx:
        change = await tx.connection.fetchval(
            "insert into area_changes (id, kind, state, effective_on, reach, codes, document,"
            " request, asked_by, asked_by_name, organisation) select uuidv7(), 'recode',"
            " 'rekeying', '2026-01-01', '222406', '{}', 'x', '{}', 'x', 'x', 'x' returning id"
        )
        await tx.connection.execute(
            "insert into area_lineage (change_id, old_code, new_code, carries)"
            " values ($1, $2, $3, true)",
            change,
            GRID,
            new,
        )
        await tx.connection.execute(
            "insert into import_mappings (organisation, id, name, domain, columns, created_by)"
            " values ($1, uuidv7(), 'a', 'health', '{}', 'x')",
            GRID,
        )
    # Identity is behind the registry: it still says the former code.
    async with registry.store.transaction() as tx:
        await rekeying.subscribers(tx.connection, change)
        await rekeying.subscribers(tx.connection, change)
    (row,) = await registry.rows("select areas, organisation from webhooks")
    assert (row["areas"], row["organisation"]) == ([GRID, new], "222406.public_security")
    (mapping,) = await registry.rows("select organisation from import_mappings")
    assert mapping["organisation"] == new
    await happens(post, GRID, new, OTHER_GRID)
    await post.round()
    assert areas(receiver) == [GRID, new]
    # Identity followed: what happened under the former code is told, too.
    changed(post, {"areas": [new]})
    await happens(post, GRID, new)
    await post.round()
    assert areas(receiver) == [GRID, new, GRID, new]
    assert (await post.get(f"/{made['id']}"))["active"]
