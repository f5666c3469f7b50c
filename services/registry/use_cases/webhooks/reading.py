"""In whose right a subscription reads the feed: its owner's, as far as everybody still has it."""

from dataclasses import replace
from datetime import date
from typing import Final

from services.common.database import Connection
from services.registry.clients.identity import Standing
from services.registry.domain.feed import FeedReader, reader_of
from services.registry.domain.webhooks.subscriptions import Webhook
from services.registry.store import agreements
from services.registry.store.store import Store
from services.registry.store.webhooks import subscriptions

_DEPARTMENT: Final = frozenset({"department_system"})


async def reader_for(
    store: Store, connection: Connection, webhook: Webhook, owner: Standing, today: date
) -> FeedReader:
    """What a subscription is told now.

    Its last editor's rights, cut down to what the organisation is and to what the editor may do
    today; of other domains' fields only those of a sharing agreement that stands.
    """
    areas, domain = await subscriptions.organisation_rights(connection, webhook.organisation)
    domains = webhook.rights.domains if domain is None else (domain,)
    rights = webhook.rights.narrowed(await subscriptions.in_time(connection, areas), domains)
    now = await subscriptions.in_time(connection, owner.areas)
    rights = rights.narrowed(now, owner.domains)
    own_domains = frozenset(rights.domains)
    reader = reader_of(store.catalogue, _DEPARTMENT, rights.areas, own_domains)
    agreed = await agreements.standing(connection, webhook.organisation, today, rights.areas)
    own = {f.code for f in store.catalogue.values() if f.owner in own_domains}
    return replace(reader, fields=tuple(f for f in reader.fields if f in own or f in agreed))
