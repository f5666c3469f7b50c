"""Posts and boundaries of the demo."""

from collections import Counter
from functools import lru_cache

from services.registry.domain import demo
from services.registry.domain.demo import DemoPlan, chiefs, tessellation
from services.registry.domain.demo.tessellation import Ring
from services.registry.domain.places import boundaries
from services.registry.store import reference
from services.registry.use_cases.places import shapes


@lru_cache
def planned(scale: demo.Scale) -> DemoPlan:
    return demo.plan(reference.divisions(), scale)


@lru_cache
def drawn(scale: demo.Scale) -> dict[str, Ring]:
    return dict(tessellation.boundaries(planned(scale)))


def test_the_prefecture_lacks_as_many_heads_as_the_survey_counted() -> None:
    whole = planned("prefecture")
    posts = Counter(post.post for grid in whole.grids for post in chiefs.in_grid(whole, grid, ()))
    assert posts == {"grid_worker": 1404, "grid_head": 1144}
    assert sum(chiefs._share(chiefs.BUILDING_CHIEFS, g.index) for g in whole.grids) == 7268  # noqa: SLF001 — shares add up
    assert Counter(post.post for post in chiefs.on_streets(whole)) == {
        "street_chief": 60,
        "road_chief": 168,
    }


def test_a_grid_has_chiefs_of_some_buildings_and_units_and_one_worker() -> None:
    tiny = planned("tiny")
    grid = tiny.grids[0]
    posts = list(chiefs.in_grid(tiny, grid, demo.fill(tiny, grid).areas))
    assert len({(post.area, post.post, post.seat) for post in posts}) == len(posts)
    assert len({post.id for post in posts}) == len(posts)
    accounts = {account.login: account.name for account in demo.accounts(tiny)}
    assert posts[0].holder == accounts[f"grid.{grid.code}"]
    counted = Counter(post.post for post in posts)
    assert counted["building_chief"] in {5, 6}
    assert counted["unit_chief"] in {14, 15}


def test_a_small_demo_has_exactly_the_large_ones_lines() -> None:
    large = drawn("prefecture")
    assert len(large) == 1 + 8 + len(planned("prefecture").streets) + 175 + 1404
    for scale in ("tiny", "county"):
        small = drawn(scale)
        assert {code: large[code] for code in small} == small


def test_every_area_fits_into_its_parent_and_beside_its_neighbours() -> None:
    rings = drawn("county")
    made = {
        code: shapes.drawn({"type": "Polygon", "coordinates": [ring]})
        for code, ring in rings.items()
    }
    for code, shape in made.items():
        for length in (4, 6, 9, 12):
            if length < len(code):
                outside = shapes.share_outside(shape, made[code[:length]])
                assert outside < boundaries.OUTSIDE_TOLERATED
        for other, beside in made.items():
            if other != code and len(other) == len(code):
                assert shapes.share_shared(shape, beside) < boundaries.OVERLAP_TOLERATED
    sizes = [shapes.measures(shape).area_m2 for code, shape in made.items() if len(code) == 15]
    assert 30_000 < min(sizes) < max(sizes) < 200_000
