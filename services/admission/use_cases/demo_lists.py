"""A county's negative list and refused tasks, and the policy library, as rows."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from services.admission.domain.checks import Ask, Listed, Reason, decide, plain
from services.admission.domain.demo import draw, key

_BASIS = "《社区不应承担事项清单》（演示数据）"
_PROHIBITED = ("健在证明", "人员失踪证明", "疾病状况证明", "婚育状况证明", "居民财产证明")
_CERTIFICATE_BASIS = "民发〔2020〕20号"
_TRIES = 2

Rows = dict[str, list[tuple[Any, ...]]]


def of_county(
    seed: str,
    county: str,
    communities: Sequence[str],
    refused: Sequence[Mapping[str, str]],
    negatives: Sequence[Mapping[str, str]],
    on: date,
) -> Rows:
    """A county's negative list and refusals, by table.

    Args:
        seed: Chooses communities and days.
        county: County code.
        communities: Its communities.
        refused: Domain and title of tasks departments tried to place.
        negatives: Title and keywords, `|` between them.
        on: The day the demo shows.
    """
    listed = [Listed(row["title"], tuple(row["keywords"].split("|")), _BASIS) for row in negatives]
    since = on.replace(month=1, day=1) - timedelta(days=365)
    entries = [
        (county, number, since, entry.title, list(entry.keywords), entry.basis)
        for number, entry in enumerate(listed, start=1)
    ]
    refusals = [
        _refusal(seed, county, communities, task, listed, on=on, attempt=attempt)
        for task in refused
        for attempt in range(_TRIES)
    ]
    return {"negative_list": entries, "refusals": refusals}


def documents(
    library: Sequence[Mapping[str, str]], counties: Sequence[str]
) -> list[tuple[Any, ...]]:
    """The policy library; a county's own document stands once for each county."""
    return [
        (
            jurisdiction,
            row["level"],
            row["title"],
            row["document_no"] or None,
            row["issuer"] or None,
        )
        for row in library
        for jurisdiction in (counties if row["jurisdiction"] == "*" else [row["jurisdiction"]])
    ]


def _refusal(  # noqa: PLR0913 — what makes one refusal
    seed: str,
    county: str,
    communities: Sequence[str],
    task: Mapping[str, str],
    negatives: Sequence[Listed],
    *,
    on: date,
    attempt: int,
) -> tuple[Any, ...]:
    title = task["title"]
    # Tries are a fortnight apart, so two of them never meet in one community on one day.
    ago = 1 + attempt * 14 + draw(seed, county, title, attempt, "day", below=13)
    minute = draw(seed, county, title, attempt, "minute", below=480)
    day = on - timedelta(days=ago)
    at = datetime.combine(day, time(1), UTC) + timedelta(minutes=minute)
    community = communities[draw(seed, county, title, attempt, below=len(communities))]
    organisation = f"{county}.{task['domain']}"
    reason = _reason(Ask(community, organisation, task["domain"], title), negatives, day)
    return (
        county,
        key(at, seed, county, "refusal", title, attempt),
        community,
        organisation,
        task["domain"],
        title,
        plain(title),
        reason.code,
        reason.how_to,
        day,
        at,
        at,
        1,
        f"demo:{organisation}",
        "申请单位经办人",
    )


def _reason(ask: Ask, negatives: Sequence[Listed], on: date) -> Reason:
    certificates = [Listed(name, (name,), _CERTIFICATE_BASIS) for name in _PROHIBITED]
    decision = decide(ask, (), negatives=negatives, certificates=certificates, on=on)
    if decision.reason is None:
        raise ValueError("a task without an item is never admitted")
    return decision.reason
