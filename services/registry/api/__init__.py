"""The registry over HTTP: parse, authorise, call one use case, shape the answer."""

from collections.abc import Mapping

from fastapi import APIRouter

from services.registry.api import areas, residents

ROUTERS: tuple[APIRouter, ...] = (areas.router, residents.router)
UPLOAD_PATHS: Mapping[str, int] = {}
"""Path → bytes accepted there, where a file may be larger than other requests."""
