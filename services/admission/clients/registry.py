"""Which communities exist, as the registry knows them."""

from services.common.errors import PeerUnavailable
from services.common.peers import Peer

_LIMIT = 200
_NOT_FOUND = 404


class Registry:
    """What admission asks the registry.

    Args:
        peer: The registry.
    """

    def __init__(self, peer: Peer) -> None:
        self._peer = peer

    async def communities(self, within: str, token: str) -> dict[str, bool]:
        """Communities of an area → whether urban; empty where the area does not exist.

        Args:
            within: County, street or community code.
            token: The caller's: the registry decides what it may see.

        Raises:
            PeerUnavailable: The registry did not answer as expected.
        """
        found: dict[str, bool] = {}
        after = ""
        while True:
            path = f"/v1/areas?within={within}&level=community&limit={_LIMIT}{after}"
            response = await self._peer.call("GET", path, token=token)
            if response.status_code == _NOT_FOUND:
                return {}
            if not response.is_success:
                raise PeerUnavailable
            page = response.json()
            found.update({area["code"]: area.get("urban") is not False for area in page["items"]})
            if not page.get("next"):
                return found
            after = f"&after={page['next']}"
