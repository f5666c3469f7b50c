"""The registry over HTTP: parse, authorise, call one use case, shape the answer."""

from fastapi import APIRouter

from services.registry.api import accesses, areas, events, grids, imports, indicators, residents

ROUTERS: tuple[APIRouter, ...] = (
    areas.router,
    residents.router,
    accesses.router,
    grids.router,
    indicators.router,
    events.router,
    imports.router,
)
