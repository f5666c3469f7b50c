"""Which columns name areas of today, and follow when these change their codes.

Transfers, postings, opinions and timelines stay as they were written, and so does the code of an
account, which they name; whose account it is follows.
"""

from services.following.areas import moving

STEPS = (
    moving("item_communities", "community", "county", "item_id", alone=True),
    moving("items", "area", "county", "id"),
    moving("items", "organisation", "county", "id"),
    moving(
        "refusals", "community",
        "county", "organisation", "title_key", "reason", "refused_on", alone=True,
    ),
    moving("accounts", "organisation", "county", "code"),
)  # fmt: skip
