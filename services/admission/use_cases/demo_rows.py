"""A county's planned items as rows: the items themselves and the money behind them."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

import orjson

from services.admission.domain import ledger, money
from services.admission.domain.checks import plain
from services.admission.domain.demo import DemoItem, Moment, key
from services.admission.domain.items import IN_FORCE, Action
from services.admission.domain.ledger import Phase, Posting
from services.admission.use_cases.deciding import MONEY_DUE, TERM_OVER, day_after

Rows = dict[str, list[tuple[Any, ...]]]

_BY: Mapping[Action, tuple[str, str]] = {
    Action.ACCEPT: ("civil_affairs", "社区工作准入办公室"),
    Action.RETURN: ("civil_affairs", "社区工作准入办公室"),
    Action.APPROVE: ("joint_meeting", "社区工作准入联席会议"),
    Action.REJECT: ("joint_meeting", "社区工作准入联席会议"),
    Action.PAY: ("finance", "财政局"),
}
_CLOCKWORK = frozenset({Action.ACTIVATE, Action.SUSPEND, Action.EXPIRE})
_COMMENTS: Mapping[Action, str] = {
    Action.RETURN: "请补充经费测算和工作流程。",
    Action.REJECT: "属部门自身职责，不宜转交社区。",
    Action.APPROVE: "同意准入，经费按期足额拨付。",
}
_SPARE_FEN = 5_000_000
"""Each department keeps 50,000 yuan beyond its promises, for applications made in the demo."""


def of_county(
    seed: str, county: str, names: Mapping[str, str], items: Sequence[DemoItem], on: date
) -> Rows:
    """Every row of a county's items, by table."""
    rows: Rows = defaultdict(list)
    for item in items:
        rows["items"].append(_item(seed, county, item))
        _parts(rows, county, item)
        rows["timers"].extend(_timers(county, item, on))
    _accounts(rows, county, names, items, on)
    _allocations(rows, seed, county, items, on)
    for item in items:
        _money(rows, seed, county, item, on)
    return rows


def _item(seed: str, county: str, item: DemoItem) -> tuple[Any, ...]:
    form = item.application
    at = {moment.action: moment.at for moment in item.history}
    number = item.id.int % 900 + 100
    approved = item.decided_on is not None
    return (
        county,
        item.id,
        len(item.history),
        item.state,
        form.title,
        plain(form.title),
        form.item_class,
        form.domain,
        item.organisation,
        form.area,
        form.content,
        form.legal_basis,
        form.special_explanation,
        form.starts_on,
        form.ends_on,
        orjson.dumps(form.form).decode(),
        form.funding.amount_fen,
        sum(amount for _, amount in item.paid),
        form.funding.source,
        form.funding.basis,
        form.funding.zero_reason,
        f"社准〔{item.decided_on.year}〕{number}号" if item.decided_on else None,
        item.decided_on,
        item.valid_to,
        _hold_id(seed, item) if approved and form.funding.amount_fen else None,
        at.get(Action.SUBMIT),
        at.get(Action.ACCEPT),
        item.history[0].at,
        item.history[-1].at,
    )


def _parts(rows: Rows, county: str, item: DemoItem) -> None:
    form = item.application
    rows["item_communities"].extend((county, item.id, code) for code in form.communities)
    rows["instalments"].extend(
        (county, item.id, line, part.due_on, part.amount_fen)
        for line, part in enumerate(form.funding.schedule, start=1)
    )
    for version, moment in enumerate(item.history, start=1):
        rows["item_timeline"].append(_timeline(county, item, version, moment))


def _timeline(county: str, item: DemoItem, version: int, moment: Moment) -> tuple[Any, ...]:
    action = moment.action
    office, name = _BY.get(action, ("", "申请单位经办人"))
    organisation = f"{county}.{office}" if office else item.organisation
    if action in _CLOCKWORK:
        organisation, name = "system", "系统"
    snapshot = orjson.dumps(item.application).decode() if action is Action.APPLY else None
    return (
        county,
        item.id,
        version,
        moment.at,
        action,
        moment.before,
        moment.after,
        "system" if action in _CLOCKWORK else f"demo:{organisation}",
        name,
        organisation,
        _COMMENTS.get(action),
        snapshot,
    )


def _timers(county: str, item: DemoItem, on: date) -> Iterator[tuple[Any, ...]]:
    if item.state not in IN_FORCE or item.valid_to is None:
        return
    payload = orjson.dumps({"county": county, "item_id": str(item.id)}).decode()
    yield f"term:{item.id}", TERM_OVER, day_after(item.valid_to), payload
    for line, part in enumerate(item.application.funding.schedule, start=1):
        if part.due_on >= on:
            yield f"money:{item.id}:{line}", MONEY_DUE, day_after(part.due_on), payload


def _accounts(
    rows: Rows, county: str, names: Mapping[str, str], items: Sequence[DemoItem], on: date
) -> None:
    accounts = rows["accounts"]
    source = ledger.treasury(county)
    accounts.append((county, source, "treasury", "县（市）财政", None, None, None, False))
    for org in sorted({item.organisation for item in items}):
        name = f"{names.get(org, org)}{on.year}年度预算"
        code = ledger.budget(county, org, on.year)
        accounts.append((county, code, "budget", name, org, on.year, None, True))
    for community in sorted({code for item in items for code in item.application.communities}):
        name = f"{names.get(community, community)}账户"
        code = ledger.community(community)
        accounts.append((county, code, "community", name, community, None, None, True))
    for item in _with_money(items):
        name = f"事项预留：{item.application.title}"
        accounts.append((county, ledger.hold(item.id), "hold", name, None, None, item.id, True))


def _allocations(rows: Rows, seed: str, county: str, items: Sequence[DemoItem], on: date) -> None:
    promised: dict[str, int] = defaultdict(int)
    for item in items:
        promised[item.organisation] += item.application.funding.amount_fen
    booked_on = on - timedelta(days=240)
    for org, fen in sorted(promised.items()):
        lines = ledger.move(
            ledger.treasury(county), {ledger.budget(county, org, on.year): fen + _SPARE_FEN}
        )
        transfer = key(_midday(booked_on), seed, county, "allocation", org)
        head = (Phase.POSTED, None, None, None)
        _book(rows, county, transfer, head, lines, booked_on, memo="年度预算下达")


def _money(rows: Rows, seed: str, county: str, item: DemoItem, on: date) -> None:
    form = item.application
    if item.decided_on is None or not form.funding.amount_fen:
        return
    hold, pending = ledger.hold(item.id), _hold_id(seed, item)
    lines = ledger.move(
        ledger.budget(county, item.organisation, on.year), {hold: form.funding.amount_fen}
    )
    head: tuple[Any, ...] = (Phase.PENDING, None, None, item.id)
    memo = f"批准预留：{form.title}"
    _book(rows, county, pending, head, lines, item.decided_on, memo=memo)
    paid_before = 0
    for place, (paid_on, amount) in enumerate(item.paid):
        shares = money.next_shares(paid_before, amount, len(form.communities))
        targets = map(ledger.community, form.communities)
        lines = ledger.move(hold, dict(zip(targets, shares, strict=True)))
        transfer = key(_midday(paid_on), seed, item.id, "payment", place)
        reference = f"拨付凭证{transfer.int % 10**6:06d}"
        head = (Phase.POSTED, pending, None, item.id)
        memo = f"拨付：{form.title}"
        _book(rows, county, transfer, head, lines, paid_on, memo=memo, reference=reference)
        payment = key(_midday(paid_on), seed, item.id, "record", place)
        rows["payments"].append((county, payment, item.id, transfer, amount, paid_on, reference))
        paid_before += amount


def _book(  # noqa: PLR0913 — the columns of one transfer
    rows: Rows,
    county: str,
    transfer: UUID,
    head: tuple[Any, ...],
    lines: Sequence[Posting],
    on: date,
    *,
    memo: str,
    reference: str | None = None,
) -> None:
    total = ledger.total(lines)
    at = _midday(on)
    row = (county, transfer, *head, total, on, reference, memo, f"demo:{county}.finance", at)
    rows["transfers"].append(row)
    rows["postings"].extend(
        (county, transfer, place, line.account, line.side, line.amount_fen)
        for place, line in enumerate(lines, start=1)
    )


def _with_money(items: Iterable[DemoItem]) -> Iterator[DemoItem]:
    return (i for i in items if i.decided_on is not None and i.application.funding.amount_fen)


def _hold_id(seed: str, item: DemoItem) -> UUID:
    return key(item.history[0].at, seed, item.id, "hold")


def _midday(day: date) -> datetime:
    return datetime.combine(day, time(4), UTC)
