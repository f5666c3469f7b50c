"""Sign somebody in whom a trusted provider has identified."""

from dataclasses import dataclass
from datetime import datetime

from gateway.identity.clients.house import Asked, House
from gateway.identity.domain.accounts import Account, normal_login
from gateway.identity.store.sign_ins import SignIn
from gateway.identity.use_cases.issuer import Issuer
from gateway.identity.use_cases.sign_in import Outcome
from services.common.errors import DomainError, Kind


class NoAccountHere(DomainError):
    """The provider knows this person, and nobody gave them an account here."""

    kind = Kind.FORBIDDEN
    title = "No account"
    title_zh = "本系统没有您的账号"
    title_ko = "이 체계에 계정이 없습니다"


@dataclass(frozen=True, slots=True)
class Way:
    """How somebody came back to us.

    Attributes:
        name: What we call the house.
        house: The house.
        asked: What we asked it.
        client: Our application they were on the way to.
    """

    name: str
    house: House
    asked: Asked
    client: str


async def identify(issuer: Issuer, way: Way, code: str, *, now: datetime) -> Account:
    """The account of whoever signed in at the other house; rights stay ours to give.

    A house that knows people by ids of its own (WeCom, DingTalk) opens the account an administrator
    has linked to that id, and none is ever made here.

    The second factor is the provider's: it is asked for what the house that trusts it demands.
    Demo accounts are no way in: their names are known to everybody.

    Raises:
        ProviderAway, NotIdentified: The provider proved nothing.
        NoAccountHere: There is no account with this login name or link, or it is withdrawn.
    """
    told = await way.house.person(code, way.asked)
    async with issuer.store.transaction() as tx:
        if way.house.is_by_link:
            account = await tx.accounts.by_external_id(way.name, told)
        else:
            account = await tx.accounts.by_login(normal_login(told))
        if account is None or account.is_demo:
            raise NoAccountHere
        if account.is_disabled:
            index = issuer.login_index(account.login)
            disabled = SignIn(Outcome.DISABLED.value, way.client, index, account.id)
            await tx.sign_ins.record(disabled, now)
    if account.is_disabled:
        raise NoAccountHere
    return account
