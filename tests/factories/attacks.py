"""What somebody hostile sends, made from requests that are right; and what an answer says too much.

After the OWASP API Security Top 10 (2023): mass assignment and excessive exposure (API3), unbounded
consumption (API4), and bodies that break what reads them (API8).
"""

import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

import httpx
import orjson

from services.common.ids import new_id
from tests.factories.matrix import ROLES, Matrix, Op, Role, Sent, Target

SLOWEST_S: Final = 5.0
LIMITS: Final = ("0", "-1", "1000000000", "9" * 400, "1e3", "٥", "")
OK: Final = 200
JUDGED_ONE_BY_ONE: Final = frozenset({"registry.residents.upsert"})
"""Operations that refuse a row and not the request."""
_FOREIGN: Final = frozenset({"jwks", "mapping", "columns", "fields", "assignment"})
"""Whose members are the caller's own words, or may have foreign ones (RFC 7517 §4)."""
_STRAYS: Final = {"is_admin": True, "roles": ["system_admin"], "county": "222401", "id": None}

QUERIES: Final = ("\0", "a\0b", "金\x1b[31m", "%", "'; --", "9" * 40, "\uffff")
"""Values of query parameters; any answer is right but one of ours that failed."""


class Attack:
    """Sends hostile variants of good requests to a service that is filled.

    Args:
        matrix: Of the service; says who may call what.
        document: OpenAPI of the service.
    """

    def __init__(self, matrix: Matrix, document: Mapping[str, Any]) -> None:
        self.matrix = matrix
        self.document = document
        self.sent: Counter[str] = Counter()
        self.wrong: list[str] = []
        self.operations = {
            operation["operationId"]: operation
            for path in document["paths"].values()
            for operation in path.values()
        }

    async def all(self, service: str, samples: Mapping[str, Op]) -> None:
        for name, asked in samples.items():
            operation = f"{service}.{name}"
            caller = self._caller(operation, asked)
            if caller is not None:
                await self.one(operation, *caller)
        kinds = ", ".join(f"{count:,} {kind}" for kind, count in sorted(self.sent.items()))
        print(f"{service}: {sum(self.sent.values()):,} attacks ({kinds}), {len(self.wrong)} wrong")  # noqa: T201 — as the matrix tells
        assert not self.wrong, "\n".join(self.wrong)

    def _caller(self, operation: str, asked: Op) -> tuple[Role, Sent] | None:
        """Somebody who gets through, and what it sends."""
        rule = self.matrix.policy[operation]
        for role in ROLES:
            if (role.name in rule.roles and role.name not in asked.narrow) or rule.public:
                targets: Iterator[Target] = self.matrix.targets(role)
                for target in targets:
                    if asked.reach(role, target):
                        return role, asked.samples[0](target)
        return None

    async def one(self, operation: str, role: Role, sent: Sent) -> None:
        known = self.operations[operation]
        if any(p["name"] == "limit" for p in known.get("parameters", ())):
            for limit in LIMITS:
                query = {**sent.query, "limit": limit}
                wrong = Sent(sent.method, sent.path, query=query)
                answer = await self.matrix.send(role, wrong)
                self._judge("limits", operation, limit, answer, {400, 422})
        await self._queries(operation, role, sent)
        if isinstance(sent.json, dict) and "requestBody" in known:
            await self._bodies(operation, role, sent)
        answer = await self.matrix.send(role, sent)
        self.sent["answers"] += 1
        kind = answer.headers.get("content-type")
        if answer.status_code < 300 and answer.content and kind == "application/json":
            schema = self._schema(known, answer.status_code)
            for stray in strays(schema, answer.json(), self.document):
                self.wrong.append(f"{operation}: the document does not know {stray}")

    async def _queries(self, operation: str, role: Role, sent: Sent) -> None:
        parameters = self.operations[operation].get("parameters", ())
        for name in [p["name"] for p in parameters if p["in"] == "query"]:
            for text in QUERIES:
                wrong = Sent(sent.method, sent.path, query={**sent.query, name: text})
                answer = await self.matrix.send(role, wrong)
                self._judge("queries", operation, (name, text), answer, set())

    async def _bodies(self, operation: str, role: Role, sent: Sent) -> None:
        before = await self.matrix.fingerprint()
        for kind, body, right in hostile(sent.json):
            started = time.monotonic()
            answer = await self._raw(role, sent, body)
            if operation in JUDGED_ONE_BY_ONE and kind == "stray members":
                if answer.status_code == OK and '"rejected":1' not in answer.text:
                    self.wrong.append(f"{operation}: {kind} {body[:80]!r} was taken")
                self.sent[kind] += 1
                continue
            self._judge(kind, operation, body[:80], answer, right)
            if time.monotonic() - started > SLOWEST_S:
                self.wrong.append(f"{operation}: {kind} took {time.monotonic() - started:.1f} s")
            if kind == "stray members" and await self.matrix.fingerprint() != before:
                self.wrong.append(f"{operation}: a stray member changed something")

    async def _raw(self, role: Role, sent: Sent, body: bytes) -> httpx.Response:
        headers = {
            "Authorization": f"Bearer {self.matrix.token(role)}",
            "Idempotency-Key": new_id().hex,
            "OneGrid-Purpose": sent.purpose or self.matrix.purpose,
            "Content-Type": "application/json",
            "If-Match": '"1"',
        }
        return await self.matrix.client.request(
            sent.method, sent.path, params=sent.query, content=body, headers=headers
        )

    def _judge(
        self, kind: str, operation: str, what: Any, answer: httpx.Response, right: set[int]
    ) -> None:
        self.sent[kind] += 1
        if answer.status_code >= 500 or (right and answer.status_code not in right):
            self.wrong.append(f"{operation}: {kind} {what!r}: {answer.status_code}")

    def _schema(self, operation: Mapping[str, Any], status: int) -> Mapping[str, Any]:
        content = operation["responses"].get(str(status), {}).get("content", {})
        schema: Mapping[str, Any] = next(
            (c.get("schema", {}) for kind, c in content.items() if "json" in kind), {}
        )
        return schema


def hostile(body: Mapping[str, Any]) -> Iterator[tuple[str, bytes, set[int]]]:
    """Kind, body, and the statuses that are right (any but ours where none are named)."""
    refused = {400, 413, 415, 422}
    for changed in with_strays(body):
        yield "stray members", orjson.dumps(changed, default=str), refused
    plain = orjson.dumps(body, default=str)
    texts = {
        "NUL": "\\u0000",
        "lone surrogates": "\\ud800",
        "overrides of direction": "\\u202e",
        "long texts": "长" * 100_000,
        "backtracking": "a" * 50_000 + "!",
    }
    for kind, text in texts.items():
        yield kind, changed_texts(body, text), set()
    yield "deep bodies", b"[" * 100_000 + b"]" * 100_000, refused
    yield "deep bodies", b'{"a":' * 50_000 + b"1" + b"}" * 50_000, refused
    yield "doubled members", plain[:-1] + b"," + plain[1:], set()
    for number in (b"1" + b"0" * 400, b"-1", b"1e999", b"NaN"):
        yield "numbers", changed_numbers(body, number), set()
    for other in (b"", b"null", b"[]", b'"x"', b"\xff\xfe", plain[:-1]):
        # Where a body may be left out, the version is looked at next.
        yield "no objects", other, refused | {409, 412}


def with_strays(body: Any) -> Iterator[Any]:
    """A body with members that nobody asked for, at every level in turn."""
    if isinstance(body, Mapping):
        yield from ({**body, name: value} for name, value in _STRAYS.items() if name not in body)
        for name in body.keys() - _FOREIGN:
            yield from ({**body, name: changed} for changed in with_strays(body[name]))
    elif isinstance(body, list) and body:
        yield from ([changed, *body[1:]] for changed in with_strays(body[0]))


def changed_texts(body: Any, text: str) -> bytes:
    """JSON with something behind every text, as it would be escaped."""
    mark = "ZZmarkZZ"
    marked = _changed(body, lambda value: value + mark if isinstance(value, str) else value)
    return orjson.dumps(marked, default=str).replace(mark.encode(), text.encode())


def changed_numbers(body: Any, number: bytes) -> bytes:
    mark = 424242
    marked = _changed(body, lambda value: mark if type(value) is int else value)
    return orjson.dumps(marked, default=str).replace(str(mark).encode(), number)


def _changed(body: Any, change: Callable[[Any], Any]) -> Any:
    if isinstance(body, Mapping):
        return {name: _changed(value, change) for name, value in body.items()}
    if isinstance(body, list):
        return [_changed(value, change) for value in body]
    return change(body)


def strays(schema: Mapping[str, Any], value: Any, document: Mapping[str, Any]) -> list[str]:
    """Members of an answer that its schema does not name."""
    if "$ref" in schema:
        found: Any = document
        for part in schema["$ref"].removeprefix("#/").split("/"):
            found = found[part]
        return strays(found, value, document)
    for word in ("anyOf", "oneOf"):
        if word in schema:
            return min((strays(s, value, document) for s in schema[word]), key=len)
    if isinstance(value, list):
        items = schema.get("items", {})
        return [stray for item in value for stray in strays(items, item, document)]
    if not isinstance(value, dict) or "properties" not in schema:
        return []
    known = schema["properties"]
    open_ = schema.get("additionalProperties")
    told = [] if open_ else [name for name in value if name not in known]
    for name in value.keys() & known.keys():
        told += strays(known[name], value[name], document)
    return told
