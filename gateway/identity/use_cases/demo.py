"""The accounts and clients of the demo prefecture."""

from collections.abc import Mapping
from typing import Any

from gateway.identity.store.store import Store
from gateway.identity.use_cases.hashing import Hasher
from services.common.clock import utc_now
from services.common.service import Progress


async def load(
    store: Store, hasher: Hasher, context: Mapping[str, Any], progress: Progress
) -> dict[str, Any]:
    """Add the demo's people and systems; what is there already is left or brought up to date.

    One transaction, so a load that was killed half-way left nothing behind. A finished load is
    skipped while its password is still the present one.

    Args:
        store: Where they go.
        hasher: Hashes the password.
        context: `accounts`, `clients` and `password`, with `scale` and `seed` naming the load.
        progress: Told before and after.

    Returns:
        How many people and systems the demo has, and its people's `subjects` by login, so that
        services after this one can say who did what.
    """
    accounts, systems = list(context["accounts"]), list(context["clients"])
    password, scale, seed = str(context["password"]), str(context["scale"]), int(context["seed"])
    counts = {"identity_people": len(accounts), "identity_systems": len(systems)}
    total = len(accounts) + len(systems)
    progress("identity", 0, total)
    async with store.read() as view:
        was_loaded = await view.keys.was_loaded(scale, seed)
        present = await view.accounts.any_demo_hash()
    if not (was_loaded and present and await hasher.verify(password, present)):
        # All demo accounts have one password, so it is hashed once and the hash shared: 1,404
        # separate hashes would take minutes and hide nothing, since the password is the same word.
        encoded = await hasher.hash(password)
        now = utc_now()
        async with store.transaction() as tx:
            await tx.accounts.put_accounts(accounts, encoded, now, is_demo=True)
            await tx.accounts.put_clients(systems, encoded, now, is_demo=True)
            await tx.keys.note_load(scale, seed, now)
    progress("identity", total, total)
    async with store.read() as view:
        return {**counts, "subjects": await view.accounts.demo_subjects()}
