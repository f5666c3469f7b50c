"""JSON Merge Patch (RFC 7396) over an application, checked as a whole afterwards."""

from collections.abc import Mapping
from typing import Any

from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError

from services.admission.api.schemas import FundingIn, ItemApply


def merged(view: Mapping[str, Any], patch: Mapping[str, Any]) -> ItemApply:
    """An application after a merge patch (RFC 7396), checked as a whole.

    Args:
        view: The item as read.
        patch: What the caller sent; a `scope` replaces the communities.

    Raises:
        RequestValidationError: With the pointers of the merged document.
    """
    funding = {k: v for k, v in view["funding"].items() if k in FundingIn.model_fields}
    wire = {field.alias or name for name, field in ItemApply.model_fields.items()}
    kept = {name: view[name] for name in wire if name in view}
    kept["funding"] = funding
    if patch.get("scope"):
        kept.pop("communities")
    document = _merge(kept, patch)
    # A null takes a member away; of a member that there is not it would pass unseen.
    strays = {name: None for name, value in patch.items() if value is None and name not in wire}
    try:
        return ItemApply.model_validate({**_without_nulls(document), **strays})
    except ValidationError as exc:
        faults = [{**e, "loc": ("body", *e["loc"])} for e in exc.errors(include_url=False)]
        raise RequestValidationError(faults) from exc


def _merge(target: Any, patch: Any) -> Any:
    if not isinstance(patch, Mapping):
        return patch
    result = dict(target) if isinstance(target, Mapping) else {}
    for name, value in patch.items():
        if value is None:
            result.pop(name, None)
        else:
            result[name] = _merge(result.get(name), value)
    return result


def _without_nulls(document: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: _without_nulls(value) if isinstance(value, Mapping) else value
        for name, value in document.items()
        if value is not None
    }
