"""What every use case has at hand, and the claims of an access token."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from gateway.identity.domain import delegations
from gateway.identity.domain.accounts import Account, Client
from gateway.identity.domain.delegations import Lent
from gateway.identity.domain.lockout import LockRule
from gateway.identity.settings import IdentitySettings
from gateway.identity.store.store import Store
from gateway.identity.use_cases.hashing import Hasher
from gateway.identity.use_cases.keyring import Keyring
from services.common.ids import new_id
from services.common.sealing import Sealer


@dataclass(frozen=True, slots=True)
class Issuer:
    """The authorization server of RFC 6749.

    Attributes:
        settings: Lives, limits and the issuer's address.
        store: Its tables.
        sealer: Seals keys and indexes login names.
        hasher: Passwords and secrets.
        keyring: Signing keys.
    """

    settings: IdentitySettings
    store: Store
    sealer: Sealer
    hasher: Hasher
    keyring: Keyring

    @property
    def lock_rule(self) -> LockRule:
        """How many wrong passwords lock, and for how long."""
        settings = self.settings
        return LockRule(settings.lock_after_failures, timedelta(seconds=settings.lock_s))

    def login_index(self, login: str) -> bytes:
        """Keyed digest of a login name, by which attempts on it are counted and logged."""
        return self.sealer.blind_index("login", login)

    def code_index(self, account_id: UUID) -> bytes:
        """Keyed digest by which wrong codes of an account are counted."""
        return self.sealer.blind_index("second_factor", str(account_id))

    async def token_for_person(
        self,
        account: Account,
        client: Client,
        session: UUID,
        now: datetime,
        lent: Lent | None = None,
    ) -> str:
        """An access token for a person, through the client they signed in with.

        `sid` names the session, as OpenID Connect Front-Channel Logout 1.0 does. With rights lent
        by somebody else, `sub` stays who acts and `acting_for` says for whom (ADR 0022).
        """
        claims = {
            **self._claims(client, now),
            "sid": str(session),
            "sub": str(account.id),
            "name": account.name,
            "org": account.organisation,
            "roles": account.roles,
            "areas": account.areas,
            "domains": account.domains,
        }
        if lent is not None:
            lender = lent.lender
            claims |= {
                "name": delegations.acting_name(account, lender),
                "org": lender.organisation,
                "roles": lent.rights.roles,
                "areas": lent.rights.areas,
                "domains": lent.rights.domains,
                "acting_for": {
                    "delegation": str(lent.delegation),
                    "sub": str(lender.id),
                    "name": lender.name,
                },
            }
        return await self.keyring.sign(claims)

    async def token_for_system(self, client: Client, now: datetime) -> str:
        """An access token for a system that acts for itself (RFC 9068 §2.2: `sub` is its id)."""
        return await self.keyring.sign(
            {
                **self._claims(client, now),
                "sub": client.id,
                "name": client.name,
                "org": client.organisation,
                "roles": client.roles,
                "areas": client.areas,
                "domains": client.domains,
            }
        )

    def _claims(self, client: Client, now: datetime) -> dict[str, Any]:
        issued_at = int(now.timestamp())
        return {
            "iss": self.settings.issuer,
            "aud": self.settings.audience,
            "client_id": client.id,
            "iat": issued_at,
            "exp": issued_at + self.settings.access_token_s,
            "jti": new_id().hex,
        }
