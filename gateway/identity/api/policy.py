"""Who may call which operation. An operation without a row is refused to everybody."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from services.common.auth import ANYONE, Rule, allow

ROLES: Final = (
    "grid_worker",
    "community_officer",
    "street_officer",
    "department_officer",
    "department_system",
    "county_officer",
    "secretariat",
    "approver",
    "finance_officer",
    "resident_desk",
    "system_admin",
    "security_admin",
    "auditor",
)
PEOPLE: Final = tuple(role for role in ROLES if role != "department_system")

POLICY: Final[Mapping[str, Rule]] = MappingProxyType(
    {
        "identity.tokens.issue": ANYONE,
        "identity.tokens.revoke": ANYONE,
        "identity.authorize.show": ANYONE,
        "identity.authorize.sign_in": ANYONE,
        "identity.external.start": ANYONE,
        "identity.external.finish": ANYONE,
        "identity.style.show": ANYONE,
        "identity.keys.list": ANYONE,
        "identity.metadata.show": ANYONE,
        "identity.keys.rotate": allow("security_admin"),
        "identity.me.show": allow(*ROLES),
        "identity.standings.hand": allow(*ROLES),
        "identity.standings.show": ANYONE,
        "identity.me.change_password": allow(*PEOPLE),
        "identity.me.security": allow(*PEOPLE),
        "identity.me.propose_authenticator": allow(*PEOPLE),
        "identity.me.change_authenticator": allow(*PEOPLE),
        "identity.me.renew_recovery_codes": allow(*PEOPLE),
        "identity.sessions.list": allow(*PEOPLE),
        "identity.sessions.end": allow(*PEOPLE),
        "identity.delegations.list_own": allow(*PEOPLE),
        "identity.delegations.lend": allow(*PEOPLE),
        "identity.delegations.revoke": allow(*PEOPLE),
        "identity.delegations.records": allow(*PEOPLE),
        "identity.delegations.list": allow("security_admin", "auditor"),
        "identity.colleagues.list": allow(*PEOPLE),
        "identity.accounts.list": allow("system_admin", "security_admin", "auditor"),
        "identity.accounts.get": allow("system_admin", "security_admin", "auditor"),
        "identity.accounts.put": allow("system_admin"),
        "identity.accounts.disable": allow("system_admin"),
        "identity.accounts.grant": allow("security_admin"),
        "identity.accounts.issue_credentials": allow("security_admin"),
        "identity.accounts.unlock": allow("system_admin"),
        "identity.accounts.link": allow("security_admin"),
        "identity.clients.list": allow("system_admin", "security_admin", "auditor"),
        "identity.clients.get": allow("system_admin", "security_admin", "auditor"),
        "identity.clients.put": allow("system_admin"),
        "identity.clients.disable": allow("system_admin"),
        "identity.clients.grant": allow("security_admin"),
        "identity.clients.issue_secret": allow("security_admin"),
        "identity.clients.register_keys": allow("security_admin"),
        "identity.account_changes.list": allow("security_admin", "auditor"),
        "identity.policies.show": allow("system_admin", "security_admin", "auditor"),
        "identity.sign_ins.list": allow("security_admin", "auditor"),
        "identity.events.list": allow("system_admin", "security_admin", "auditor"),
    }
)
