"""Which columns name areas of today, and follow when these change their codes.

What was said and done (timelines, reporters, overdue records) stays as it was written.
"""

from services.following.areas import moving

STEPS = (
    moving("whistles", "area", "county", "id"),
    moving("assignments", "community", "county", "id"),
    moving("assignments", "organisation", "county", "id"),
    moving("suggestions", "organisation", "county", "id"),
)
