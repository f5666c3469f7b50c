"""Each house rule is seen to catch its own breach and to let its good twin pass."""

from pathlib import Path

import pytest

from tools.lint import rules

PEER_INSIDE = (
    "async def f(store, peer):\n"
    "    async with store.transaction() as tx:\n"
    "        await peer.call('GET', '/v1/x')\n"
)
BAD = {
    "commits-only-in-database": (
        rules.commits_only_in_database,
        "async def f(tx):\n    await tx.commit()\n",
    ),
    "no-peer-in-transaction": (
        rules.no_peer_in_transaction,
        PEER_INSIDE,
    ),
    "sql-only-in-store": (rules.sql_only_in_store, "Q = 'select name from residents'\n"),
    "exceptions-have-reasons": (rules.exceptions_have_reasons, "x = 1  # noqa: E501\n"),
    "files-stay-small": (rules.files_stay_small, "x = 1\n" * 301),
    "no-hidden-imports": (
        rules.no_hidden_imports,
        "def f():\n    from services.tasks import app\n    return app\n",
    ),
}
GOOD = (
    "async def f(store, peer):\n"
    '    """select a name from the list."""\n'
    "    answer = await peer.call('GET', '/v1/x')\n"
    "    async with store.transaction() as tx:\n"
    "        tx.add(answer)  # noqa: F821 — a sample\n"
    "        x: int = 'a'  # type: ignore[assignment]  # a sample\n"
)


@pytest.mark.parametrize("name", BAD)
def test_a_rule_catches_its_breach(name: str) -> None:
    rule, source = BAD[name]
    found = list(rule(rules.Module.of(Path("services/tasks/api/x.py"), source)))
    assert [breach.rule for breach in found] == [name]


@pytest.mark.parametrize("rule", rules.RULES)
def test_good_code_passes(rule: object) -> None:
    module = rules.Module.of(Path("services/tasks/use_cases/x.py"), GOOD)
    assert list(rule(module)) == []  # type: ignore[operator]  # a rule is a function


def test_sql_is_at_home_in_the_store() -> None:
    module = rules.Module.of(Path("services/tasks/store/x.py"), "Q = 'select a from b'\n")
    assert list(rules.sql_only_in_store(module)) == []
