"""The rules: each takes a parsed module and yields what breaks it."""

import ast
import re
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

MAX_LINES = 300

_SQL = re.compile(
    r"^\s*(select|insert into|update|delete from|with|create|alter|copy)\s", re.IGNORECASE
)
_SQL_ROOMS = {"store", "migrations", "migrating", "common", "following"}
_EXCEPTION = re.compile(
    r"#\s*(noqa|type:\s*ignore)(?P<code>[:\[]\s*[A-Za-z0-9, \-]+\]?)?(?P<rest>.*)"
)
_REASON = re.compile(r"\s*(—|#)\s*\S+")


@dataclass(frozen=True, slots=True)
class Module:
    """One file under inspection.

    Attributes:
        path: Where it lies.
        source: Its text.
        tree: Its syntax tree.
    """

    path: Path
    source: str
    tree: ast.Module

    @classmethod
    def of(cls, path: Path, source: str) -> "Module":
        """Parse a file's text."""
        return cls(path, source, ast.parse(source))


@dataclass(frozen=True, slots=True)
class Breach:
    """One place that breaks a rule.

    Attributes:
        line: Line number.
        rule: The rule's name.
        why: What to do instead.
    """

    line: int
    rule: str
    why: str


def commits_only_in_database(module: Module) -> Iterator[Breach]:
    """Transactions begin and end in `common/database.py` alone."""
    if module.path.name == "database.py" or "migrating" in module.path.parts:
        return
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Attribute) and node.attr in {"commit", "rollback"}:
            why = "a use case's transaction ends with its block; nobody commits by hand"
            yield Breach(node.lineno, "commits-only-in-database", why)


def no_peer_in_transaction(module: Module) -> Iterator[Breach]:
    """No call to a peer while a transaction is open: a slow peer would hold our locks."""
    for block in ast.walk(module.tree):
        if not isinstance(block, ast.AsyncWith) or not any(map(_opens, block.items)):
            continue
        for node in ast.walk(block):
            if isinstance(node, ast.Await) and _names(node.value) & {"peer", "peers", "clients"}:
                why = "ask the peer before the transaction, and decide with its answer inside"
                yield Breach(node.lineno, "no-peer-in-transaction", why)


def sql_only_in_store(module: Module) -> Iterator[Breach]:
    """SQL text lives in `store/` (and in migrations and the mechanisms)."""
    if _SQL_ROOMS & set(module.path.parts) or module.path.name == "embedded.py":
        return
    docstrings = set(_docstrings(module.tree))
    for node in ast.walk(module.tree):
        if not isinstance(node, ast.Constant) or not isinstance(node.value, str):
            continue
        if id(node) not in docstrings and _looks_like_sql(node.value):
            yield Breach(node.lineno, "sql-only-in-store", "move this statement to store/")


def exceptions_have_reasons(module: Module) -> Iterator[Breach]:
    """`noqa` and `type: ignore` carry a code and say why."""
    for token in tokenize.generate_tokens(StringIO(module.source).readline):
        if token.type != tokenize.COMMENT:
            continue
        found = _EXCEPTION.match(token.string)
        if found and not (found["code"] and _REASON.match(found["rest"])):
            why = "write `# noqa: CODE — reason` or `# type: ignore[code]  # reason`"
            yield Breach(token.start[0], "exceptions-have-reasons", why)


def files_stay_small(module: Module) -> Iterator[Breach]:
    """A module of more than 300 lines has a room in it that wants its own name."""
    if "migrations" in module.path.parts:  # a schema is one subject, and frozen
        return
    lines = module.source.count("\n")
    if lines > MAX_LINES:
        yield Breach(1, "files-stay-small", f"{lines} lines; split it where its subject changes")


def no_hidden_imports(module: Module) -> Iterator[Breach]:
    """Our own packages are imported at the top: an import inside a function hides a cycle."""
    for function in ast.walk(module.tree):
        if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        for node in ast.walk(function):
            if not isinstance(node, ast.ImportFrom):
                continue
            if (node.module or "").split(".")[0] in {"services", "gateway"}:
                yield Breach(node.lineno, "no-hidden-imports", "import it at the top of the module")


RULES = (
    commits_only_in_database,
    no_peer_in_transaction,
    sql_only_in_store,
    exceptions_have_reasons,
    files_stay_small,
    no_hidden_imports,
)


def _opens(item: ast.withitem) -> bool:
    call = item.context_expr
    return (
        isinstance(call, ast.Call)
        and isinstance(call.func, ast.Attribute)
        and call.func.attr == "transaction"
    )


def _names(node: ast.AST) -> set[str]:
    names = {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}
    return names | {n.attr for n in ast.walk(node) if isinstance(n, ast.Attribute)}


def _looks_like_sql(text: str) -> bool:
    return bool(_SQL.match(text)) and bool(
        re.search(r"\b(from|into|set|table|schema)\b", text, re.IGNORECASE)
    )


def _docstrings(tree: ast.Module) -> Iterator[int]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            yield id(node.value)
