"""Webhooks: an organisation's subscriptions to the feed, and their deliveries."""

from datetime import timedelta
from typing import Annotated, Any, Final
from uuid import UUID

import orjson
from fastapi import APIRouter, Depends, Header, Path, Query, Request
from starlette.responses import Response

from services.common.auth import Caller, Principal
from services.common.edge import version_of
from services.common.idempotency import Answer, OnceHeader
from services.registry.api import pages, webhook_schemas
from services.registry.api.schemas import PageFilter
from services.registry.api.webhook_schemas import DeliveryFilter
from services.registry.domain.webhooks.errors import DeliveryNotFound, WebhookNotFound
from services.registry.domain.webhooks.subscriptions import Rights
from services.registry.use_cases.webhooks import deliveries, subscriptions
from services.registry.use_cases.webhooks.subscriptions import Owner, Webhooks, Wish

router = APIRouter(prefix="/v1/webhooks", tags=["webhooks"])

_ONE: Final[dict[int | str, dict[str, Any]]] = {200: {"model": webhook_schemas.WebhookView}}

WebhookId = Annotated[str, Path(max_length=36)]
IfMatch = Annotated[str | None, Header(max_length=64)]


async def _env(request: Request) -> Webhooks:
    env: Webhooks = request.app.state.webhooks
    return env


Env = Annotated[Webhooks, Depends(_env)]


@router.post(
    "",
    operation_id="registry.webhooks.register",
    summary="Subscribe",
    status_code=201,
    responses={201: {"model": webhook_schemas.WebhookWithSecret}},
)
async def register(
    env: Env, caller: Caller, once: OnceHeader, body: webhook_schemas.NewWebhook
) -> Response:
    """Sends events that happen from now on; the secret is shown in this answer only."""
    wish = Wish(body.url, tuple(body.types), body.description, body.active)
    answer, secret = await subscriptions.register(env, _owner(caller), wish, once)
    return _with_secret(answer, secret)


@router.get(
    "",
    operation_id="registry.webhooks.list",
    summary="The organisation's subscriptions",
    responses={200: {"model": webhook_schemas.WebhookPage}},
)
async def listed(
    request: Request, env: Env, caller: Caller, filters: Annotated[PageFilter, Query()]
) -> Response:
    """Subscriptions of the caller's organisation, oldest first."""
    items, following = await subscriptions.page(env, _owner(caller), filters.after, filters.limit)
    return pages.answer(request, items, following)


@router.get(
    "/{webhook_id}",
    operation_id="registry.webhooks.get",
    summary="One subscription and how it does",
    responses=_ONE,
)
async def get(env: Env, caller: Caller, webhook_id: WebhookId) -> Response:
    """What waits, what was given up, and how the endpoint answered last."""
    webhook, body = await subscriptions.one(env, _owner(caller), _id(webhook_id))
    headers = {"ETag": f'"{webhook.version}"', "Cache-Control": "no-store"}
    return Response(body, headers=headers, media_type="application/json")


@router.patch(
    "/{webhook_id}",
    operation_id="registry.webhooks.change",
    summary="Change a subscription",
    responses=_ONE,
)
async def change(
    env: Env,
    caller: Caller,
    once: OnceHeader,
    webhook_id: WebhookId,
    body: webhook_schemas.WebhookPatch,
    if_match: IfMatch = None,
) -> Response:
    """Changes what is given; `active: true` starts one again that was stopped."""
    types = None if body.types is None else tuple(body.types)
    wish = Wish(body.url, types, body.description, body.active)
    answer = await subscriptions.change(
        env, _owner(caller), _id(webhook_id), version_of(if_match), wish, once=once
    )
    return answer.response()


@router.delete(
    "/{webhook_id}",
    operation_id="registry.webhooks.delete",
    summary="Unsubscribe",
    status_code=204,
    response_class=Response,
)
async def delete(
    env: Env, caller: Caller, once: OnceHeader, webhook_id: WebhookId, if_match: IfMatch = None
) -> Response:
    """Deletes a subscription with its deliveries."""
    version = version_of(if_match)
    await subscriptions.remove(env, _owner(caller), _id(webhook_id), version, once=once)
    return Response(status_code=204)


@router.post(
    "/{webhook_id}/rotate-secret",
    operation_id="registry.webhooks.rotate_secret",
    summary="Replace the secret",
    responses={200: {"model": webhook_schemas.WebhookWithSecret}},
)
async def rotate_secret(
    env: Env,
    caller: Caller,
    once: OnceHeader,
    webhook_id: WebhookId,
    body: webhook_schemas.Rotation,
    if_match: IfMatch = None,
) -> Response:
    """Signs with both secrets for a while, so that a receiver can change over."""
    answer, secret = await subscriptions.rotate(
        env,
        _owner(caller),
        _id(webhook_id),
        version_of(if_match),
        timedelta(seconds=body.overlap_s),
        once=once,
    )
    return _with_secret(answer, secret)


@router.post(
    "/{webhook_id}/replay",
    operation_id="registry.webhooks.replay",
    summary="Send again from a place on",
    status_code=202,
    responses={202: {"model": webhook_schemas.WebhookView}},
)
async def replay(
    env: Env,
    caller: Caller,
    once: OnceHeader,
    webhook_id: WebhookId,
    body: webhook_schemas.ReplayFrom,
) -> Response:
    """Reads the feed again from a cursor or an instant on; message ids stay the same."""
    since = body.since if body.since is not None else body.after or ""
    answer = await subscriptions.replay(env, _owner(caller), _id(webhook_id), since, once=once)
    return answer.response()


@router.get(
    "/{webhook_id}/deliveries",
    operation_id="registry.webhooks.deliveries",
    summary="Deliveries of a subscription",
    responses={200: {"model": webhook_schemas.DeliveryPage}},
)
async def deliveries_of(
    request: Request,
    env: Env,
    caller: Caller,
    webhook_id: WebhookId,
    filters: Annotated[DeliveryFilter, Query()],
) -> Response:
    """Newest first; `state=dead` lists the dead letters."""
    items, following = await deliveries.page(
        env,
        _owner(caller),
        _id(webhook_id),
        filters.state,
        after=filters.after,
        limit=filters.limit,
    )
    return pages.answer(request, items, following)


@router.post(
    "/{webhook_id}/deliveries/{delivery_id}/replay",
    operation_id="registry.webhooks.replay_delivery",
    summary="Send one event again",
    status_code=202,
    responses={202: {"model": webhook_schemas.DeliveryView}},
)
async def replay_delivery(
    env: Env, caller: Caller, once: OnceHeader, webhook_id: WebhookId, delivery_id: WebhookId
) -> Response:
    """Attempts a delivery again as if it were new, whatever became of it."""
    try:
        wanted = UUID(delivery_id)
    except ValueError as exc:
        raise DeliveryNotFound from exc
    answer = await deliveries.replay(env, _owner(caller), _id(webhook_id), wanted, once)
    return answer.response()


def _owner(caller: Principal) -> Owner:
    domains = tuple(sorted(caller.domains))
    return Owner(caller.organisation, Rights(caller.subject, caller.areas, domains), caller.token)


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as exc:
        raise WebhookNotFound from exc


def _with_secret(answer: Answer, secret: str) -> Response:
    """The kept answer with the secret in it, which is told this once."""
    shown = Answer(
        orjson.dumps({**orjson.loads(answer.body), "secret": secret}),
        answer.status,
        answer.headers,
    )
    return shown.response()
