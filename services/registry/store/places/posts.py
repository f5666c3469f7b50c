"""Posts and who holds them; the office telephone is sealed and shown masked."""

from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

import asyncpg

from services.common.database import Connection
from services.common.sealing import Sealer
from services.registry.domain import masking, scopes
from services.registry.domain.places.posts import PostTaken

_COLUMNS: Final = """
id, area, post, seat, lower(valid) as valid_from, upper(valid) as valid_to, version, holder,
phone_sealed
"""
ADD = """
insert into area_posts (id, area, post, seat, valid, holder, phone_sealed, changed_by)
values ($1, $2, $3, $4, daterange($5, $6), $7, $8, $9)
"""
HOLD = f"select {_COLUMNS} from area_posts where id = $1 for update"
PAGE = f"""
select {_COLUMNS} from area_posts
where area >= $1 and area < $2 and (area, id) > ($3, $4) and ($5::text is null or post = $5)
    and valid @> $6::date
order by area, id limit $7
"""
CORRECT = """
update area_posts set holder = $2, phone_sealed = $3, version = version + 1, changed_by = $4,
    changed_at = now()
where id = $1
"""
END = """
update area_posts set valid = daterange(lower(valid), $2), version = version + 1, changed_by = $3,
    changed_at = now()
where id = $1
"""


@dataclass(frozen=True, slots=True)
class Post:
    """Somebody holds a post for a time.

    Attributes:
        id: Key; the telephone number is sealed to it.
        area: Where it stands.
        post: Which.
        seat: Tells posts of one kind in one area apart, such as the road's name.
        valid_from: First day.
        valid_to: Day after the last; None while it lasts.
        holder: Name.
        phone: Office telephone, in full.
        version: Of the row.
    """

    id: UUID
    area: str
    post: str
    seat: str
    valid_from: date
    valid_to: date | None
    holder: str
    phone: str | None
    version: int = 1

    def view(self) -> dict[str, Any]:
        """What is told: the telephone masked."""
        return {
            "id": str(self.id),
            "version": self.version,
            "area": self.area,
            "post": self.post,
            "seat": self.seat or None,
            "holder": self.holder,
            "phone": masking.phone(self.phone) if self.phone else None,
            "valid_from": self.valid_from,
            "valid_to": self.valid_to,
        }


async def add(connection: Connection, sealer: Sealer, post: Post, by: str) -> None:
    """Write a post.

    Raises:
        PostTaken: Somebody holds it at that time.
    """
    try:
        await connection.execute(
            ADD,
            post.id,
            post.area,
            post.post,
            post.seat,
            post.valid_from,
            post.valid_to,
            post.holder,
            _sealed(sealer, post.id, post.phone),
            by,
        )
    except asyncpg.ExclusionViolationError as exc:
        raise PostTaken from exc


async def hold(connection: Connection, sealer: Sealer, post_id: UUID) -> Post | None:
    """A post, locked until the transaction ends; None where there is none."""
    row = await connection.fetchrow(HOLD, post_id)
    return None if row is None else _post(sealer, row)


async def page(  # noqa: PLR0913 — one argument for each filter of the list
    connection: Connection,
    sealer: Sealer,
    *,
    within: str,
    post: str | None,
    on: date,
    after: tuple[str, UUID],
    limit: int,
) -> list[Post]:
    """Posts held on a day in an area, by area."""
    rows = await connection.fetch(PAGE, *scopes.range_of(within), *after, post, on, limit)
    return [_post(sealer, row) for row in rows]


async def correct(connection: Connection, sealer: Sealer, post: Post, by: str) -> None:
    """Write name and telephone anew."""
    phone = _sealed(sealer, post.id, post.phone)
    await connection.execute(CORRECT, post.id, post.holder, phone, by)


async def end(connection: Connection, post_id: UUID, day: date, by: str) -> None:
    """Let a post end before a day."""
    await connection.execute(END, post_id, day, by)


def sealed_phone(sealer: Sealer, post_id: UUID, phone: str) -> bytes:
    """An office telephone, sealed to its post."""
    return sealer.seal(phone, b"post:" + post_id.bytes)


def _sealed(sealer: Sealer, post_id: UUID, phone: str | None) -> bytes | None:
    return None if phone is None else sealed_phone(sealer, post_id, phone)


def _post(sealer: Sealer, row: Any) -> Post:
    values = dict(row)
    sealed = values.pop("phone_sealed")
    phone = None if sealed is None else sealer.open(sealed, b"post:" + row["id"].bytes)
    return Post(phone=phone, **values)
