"""Ledger arithmetic: any sequence of reserve, post, void and contra balances."""

from collections import defaultdict

from hypothesis import given
from hypothesis import strategies as st

from services.admission.domain import ledger, money
from services.admission.domain.ledger import Posting, Side

COUNTY, ORG = "222406", "222406.health"
BUDGET = ledger.budget(COUNTY, ORG, 2026)
COMMUNITIES = [ledger.community(f"22240600100{n}") for n in range(1, 4)]
AMOUNTS = st.integers(min_value=1, max_value=10**6)
STEPS = st.lists(
    st.tuples(st.sampled_from(["reserve", "post", "void", "contra"]), st.integers(0, 4), AMOUNTS),
    max_size=40,
)


class Book:
    """A model of what the database enforces: a transfer is kept whole or not at all."""

    def __init__(self) -> None:
        self.balances: dict[str, int] = defaultdict(int)
        self.kept: list[tuple[Posting, ...]] = []

    def write(self, postings: tuple[Posting, ...]) -> bool:
        after = dict(self.balances)
        for line in postings:
            after[line.account] = after.get(line.account, 0) + line.signed_fen
        limited = (fen for code, fen in after.items() if not code.startswith("treasury"))
        if any(fen < 0 for fen in limited):
            return False
        self.balances.update(after)
        self.kept.append(postings)
        return True


@given(AMOUNTS, STEPS)
def test_any_sequence_balances_and_overdraws_nothing(
    granted: int, steps: list[tuple[str, int, int]]
) -> None:
    book = Book()
    assert book.write(ledger.move(ledger.treasury(COUNTY), {BUDGET: granted}))
    for kind, item, amount in steps:
        hold = ledger.hold(item)
        if kind == "reserve":
            book.write(ledger.move(BUDGET, {hold: amount}))
        elif kind == "void":
            book.write(ledger.move(hold, {BUDGET: amount}))
        elif kind == "post":
            shares = money.equal_shares(amount, len(COMMUNITIES))
            book.write(ledger.move(hold, dict(zip(COMMUNITIES, shares, strict=True))))
        else:
            book.write(ledger.contra(book.kept[item % len(book.kept)]))
        assert all(ledger.is_balanced(transfer) for transfer in book.kept)
        assert sum(book.balances.values()) == 0


@given(st.dictionaries(st.text(min_size=1), AMOUNTS, min_size=1))
def test_a_move_is_balanced_and_its_contra_undoes_it(shares: dict[str, int]) -> None:
    source = "source:" + "".join(shares)
    postings = ledger.move(source, shares)
    assert ledger.is_balanced(postings)
    assert ledger.total(postings) == sum(shares.values())
    effect: dict[str, int] = defaultdict(int)
    for line in (*postings, *ledger.contra(postings)):
        effect[line.account] += line.signed_fen
    assert set(effect.values()) == {0}
    assert ledger.contra(ledger.contra(postings)) == postings


def test_empty_shares_leave_no_line() -> None:
    assert ledger.move("a", {"b": 1, "c": 0}) == (
        Posting("a", Side.DEBIT, 1),
        Posting("b", Side.CREDIT, 1),
    )
