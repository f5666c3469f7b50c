"""Loading the demo prefecture: generated, sealed and copied grid by grid."""

import asyncio
from collections.abc import Mapping
from typing import Any

from services.common.database import Database
from services.common.service import Progress
from services.registry.domain import demo, organisations
from services.registry.domain.demo import DemoPlan
from services.registry.settings import RegistrySettings
from services.registry.store import bulk, reference
from services.registry.store.bulk import Bulk
from services.registry.store.store import Store, open_store
from services.registry.use_cases import upkeep
from services.registry.use_cases.demo import agreements, places
from services.registry.use_cases.demo import files as demo_files
from services.registry.use_cases.demo import filling as demo_filling
from services.registry.use_cases.demo.filling import Order
from services.registry.use_cases.demo.rows import Rows


async def load(
    settings: RegistrySettings,
    context: Mapping[str, Any],
    progress: Progress,
    *,
    helpers: int | None = None,
) -> Mapping[str, Any]:
    """Fill an empty registry with the demo of a scale, unless it is there already.

    Args:
        settings: Names the database.
        context: Holds `scale` and `seed`.
        progress: Told how many households are done.
        helpers: Processes beside this one; as many as fit this machine when left out.

    Returns:
        What other services build on: areas, organisations, accounts, clients.

    Raises:
        RegistryNotEmpty: The registry holds other residents.
    """
    plan = demo.plan(reference.divisions(), context["scale"], str(context["seed"]))
    count = demo_filling.usual_helpers(plan) if helpers is None else helpers
    dsn = settings.database_url.get_secret_value()
    key = settings.wrapping_key
    database = Database(dsn, application="registry-demo", pool_size=2)
    await database.open()
    try:
        store = await open_store(database, key)
        async with bulk.opened(dsn) as connection:
            if not await connection.is_finished(plan.scale, plan.seed):
                began = await connection.begin(plan.scale, plan.seed)
                orders = [
                    Order(dsn, key, plan.scale, plan.seed, began, first, count + 1)
                    for first in range(count + 1)
                ]
                await _fill(connection, plan, store, orders, progress)
                await connection.copy(
                    began,
                    area_posts=places.street_posts(store.sealer, plan),
                    area_boundaries=places.boundary_rows(plan),
                )
                await _bring_back(connection, progress)
                await upkeep.count_all(store)
                await connection.end(plan.scale, plan.seed)
        await agreements.enter(store)
    finally:
        await database.close()
    first = plan.grids[0].code[:12]
    folder = settings.data_dir / "demo"
    await asyncio.to_thread(demo_files.write, folder, plan, first, context["seed"])
    return _told(plan)


async def _fill(
    connection: Bulk, plan: DemoPlan, store: Store, orders: list[Order], progress: Progress
) -> None:
    """Carry out all orders: the first here, the others in processes of their own."""
    done, total = 0, plan.households
    progress("registry: households", done, total)

    def added(households: int) -> None:
        nonlocal done
        done += households
        progress("registry: households", done, total)

    rows = Rows(store.sealer, store.catalogue)
    here, *elsewhere = orders
    work = [
        asyncio.create_task(demo_filling.fill(connection, plan, rows, here, added)),
        *(asyncio.create_task(demo_filling.fill_elsewhere(order, added)) for order in elsewhere),
    ]
    try:
        await asyncio.gather(*work)
    finally:
        for task in work:
            task.cancel()
        await asyncio.gather(*work, return_exceptions=True)


async def _bring_back(connection: Bulk, progress: Progress) -> None:
    total = len(connection.set_aside)
    for number, statement in enumerate(connection.set_aside):
        progress("registry: indexes", number, total)
        await connection.bring_back(statement)
    progress("registry: indexes", total, total)


def _told(plan: DemoPlan) -> Mapping[str, Any]:
    accounts = list(demo.accounts(plan))
    return {
        "communities": [community.code for community in plan.communities],
        "grids": [grid.code for grid in plan.grids],
        "streets": list(plan.streets),
        "counties": list(plan.counties),
        "organisations": [o._asdict() for o in organisations.organisations_of(plan.places)],
        "accounts": [
            {"login": account.login, **_account(account)}
            for account in accounts
            if account.kind == "person"
        ],
        "clients": [
            {"client_id": account.login, **_account(account)}
            for account in accounts
            if account.kind == "system"
        ],
    }


def _account(account: demo.Account) -> Mapping[str, Any]:
    return {
        "role": account.role,
        "org": account.organisation,
        "areas": list(account.areas),
        "domains": list(account.domains),
        "name": account.name,
    }
