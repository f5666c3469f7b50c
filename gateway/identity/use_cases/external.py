"""Sign somebody in whom a trusted provider has identified."""

from datetime import datetime

from gateway.identity.clients.provider import Asked, Provider
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


async def identify(
    issuer: Issuer, provider: Provider, code: str, asked: Asked, *, client: str, now: datetime
) -> Account:
    """The account of whoever signed in at the provider; rights stay ours to give.

    The second factor is the provider's: it is asked for what the house that trusts it demands.
    Demo accounts are no way in: their names are known to everybody.

    Raises:
        ProviderAway, NotIdentified: The provider proved nothing.
        NoAccountHere: There is no account with this login name, or it is withdrawn.
    """
    login = normal_login(await provider.login_of(code, asked))
    async with issuer.store.transaction() as tx:
        account = await tx.accounts.by_login(login)
        if account is None or account.is_demo:
            raise NoAccountHere
        if account.is_disabled:
            index = issuer.login_index(login)
            disabled = SignIn(Outcome.DISABLED.value, client, index, account.id)
            await tx.sign_ins.record(disabled, now)
    if account.is_disabled:
        raise NoAccountHere
    return account
