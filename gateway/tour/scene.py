"""What the steps share: the client, the actors, and what earlier steps left for later ones."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from gateway.tour.actors import Actor, person, system


@dataclass(slots=True)
class Scene:
    """What the steps share.

    Attributes:
        http: Client on the suite's address.
        password: Of all demo accounts.
        files: Folder with the two office files.
        say: Prints one line.
        county: The pilot county.
        community: Its first urban community.
        actors: Signed in so far, by name.
        kept: What earlier steps left for later ones.
    """

    http: httpx.Client
    password: str
    files: Path
    say: Callable[[str], None]
    county: str = "222406"
    community: str = "222406001001"
    actors: dict[str, Actor] = field(default_factory=dict)
    kept: dict[str, Any] = field(default_factory=dict)

    @property
    def street(self) -> str:
        """The street office of the community."""
        return self.community[:9]

    @property
    def grid(self) -> str:
        """The community's first grid."""
        return f"{self.community}001"

    def person(self, login: str, app: str = "desk") -> Actor:
        """A person's actor, signed in once."""
        if login not in self.actors:
            self.actors[login] = person(self.http, login, self.password, app)
        return self.actors[login]

    def system(self, client_id: str) -> Actor:
        """A departmental system's actor, signed in once."""
        if client_id not in self.actors:
            self.actors[client_id] = system(self.http, client_id, self.password)
        return self.actors[client_id]
