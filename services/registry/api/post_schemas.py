"""The shapes of requests and answers about posts."""

from datetime import date
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from services.registry.api.place_schemas import WithinPageFilter
from services.registry.domain.places.posts import PostKind

_PRINTABLE = r"^[^\x00-\x1f\x7f]+$"


class PostFilter(WithinPageFilter):
    """Which posts are listed."""

    post: PostKind | None = None
    on: date | None = Field(None, description="Held on this day; today without it.")


class PostHolder(BaseModel):
    """Who holds a post."""

    model_config = ConfigDict(extra="forbid")

    holder: str = Field(min_length=1, max_length=60, pattern=_PRINTABLE)
    phone: str | None = Field(None, max_length=24, description="Office telephone; told masked.")


class PostAppointment(PostHolder):
    """A post that is to be filled."""

    area: str = Field(max_length=26, description="Where it stands.")
    post: PostKind
    seat: str = Field(
        "",
        max_length=60,
        description="Tells posts of one kind in one area apart: the road's name.",
    )
    valid_from: date | None = Field(None, description="First day; today without it.")
    valid_to: date | None = Field(None, description="First day on which it is free again.")


class PostEnd(BaseModel):
    """When a post ends."""

    model_config = ConfigDict(extra="forbid")

    on: date = Field(description="First day on which it is free.")


class Post(BaseModel):
    """Somebody holds a post for a time."""

    id: UUID
    version: int
    area: str
    post: PostKind
    seat: str | None
    holder: str
    phone: str | None = Field(description="Masked: 138****1234.")
    valid_from: date
    valid_to: date | None


class PostPage(BaseModel):
    """Posts by area."""

    items: list[Post]
    next: str | None
