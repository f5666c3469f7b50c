"""The registry over HTTP: parse, authorise, call one use case, shape the answer."""

from fastapi import APIRouter

from services.registry.api import (
    accesses,
    aggregates,
    area_changes,
    areas,
    authority,
    boundaries,
    disagreements,
    events,
    exports,
    features,
    findings,
    grids,
    histories,
    households,
    imports,
    indicators,
    posts,
    reconciliations,
    residents,
    upserts,
    webhooks,
)

ROUTERS: tuple[APIRouter, ...] = (
    residents.hot_router,  # first: routes are tried in order, and these are asked for most
    areas.router,
    area_changes.router,
    posts.router,
    authority.router,
    boundaries.router,
    features.router,
    findings.router,
    residents.router,
    accesses.router,
    histories.router,
    disagreements.router,
    grids.router,
    households.router,
    indicators.router,
    events.router,
    webhooks.router,
    imports.router,
    upserts.router,
    reconciliations.router,
    exports.router,
    aggregates.router,
    exports.provisions_router,
)
