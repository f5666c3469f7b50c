"""Items, refusals and accounts follow the areas that changed their codes; the ledger stays."""

import pytest

from services.admission.store.following import STEPS
from services.following import areas
from tests.factories.admission import COMMUNITIES, Town, payment
from tests.factories.area_feed import Feed, following, killed, rows

STREET, NEW_STREET = "222406001", "222406009"
ITEM_AT = "select community from item_communities order by community"


async def paid(here: Town) -> None:
    item = await here.approved()
    await here.finance.step(item, "payments", payment(5_000))


async def test_items_follow_and_what_was_booked_stays(here: Town, dsn: str) -> None:
    await paid(here)
    posted = await rows(dsn, "select account from postings order by seq")
    told = await rows(dsn, "select snapshot, organisation from item_timeline order by seq")
    feed = Feed()
    feed.tell((STREET, NEW_STREET))
    async with following(dsn, feed, STEPS) as follower:
        await follower.look()
    after = [code.replace(STREET, NEW_STREET) for code in COMMUNITIES]
    assert [row["community"] for row in await rows(dsn, ITEM_AT)] == sorted(after)
    owners = await rows(
        dsn, "select organisation from accounts where kind = 'community' order by organisation"
    )
    assert [row["organisation"] for row in owners] == sorted(after)
    assert await rows(dsn, "select account from postings order by seq") == posted
    assert await rows(dsn, "select snapshot, organisation from item_timeline order by seq") == told


async def test_an_item_in_both_merged_communities_keeps_one_of_them(here: Town, dsn: str) -> None:
    await paid(here)
    first, second = COMMUNITIES[:2]
    feed = Feed()
    feed.tell((first, first), (second, first), kind="merge")
    for _ in range(2):
        async with following(dsn, feed, STEPS) as follower:
            await follower.look()
    assert [row["community"] for row in await rows(dsn, ITEM_AT)] == sorted(COMMUNITIES)
    doubts = await rows(dsn, "select place, code from area_doubts")
    assert doubts == [{"place": "item_communities.community", "code": second}]


async def test_killed_in_the_middle_it_goes_on(
    here: Town, dsn: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(areas, "CHUNK", 1)
    await paid(here)
    feed = Feed()
    feed.tell(("222406", "222406"), (STREET, NEW_STREET), ("222406002", "222406008"))
    async with following(dsn, feed, killed(STEPS, 2)) as follower:
        with pytest.raises(RuntimeError, match="killed"):
            await follower.look()
    async with following(dsn, feed, STEPS) as follower:
        await follower.look()
    assert {row["community"][:9] for row in await rows(dsn, ITEM_AT)} == {NEW_STREET, "222406008"}
