"""What a password must be when it is set: GB/T 22239-2019 §8.1.4.1, as offices practise it."""

from datetime import datetime, timedelta
from typing import Final

from gateway.identity.domain.accounts import Account
from services.common.errors import DomainError, Fault, Kind, ValidationFailed

MIN_LENGTH: Final = 10
MAX_LENGTH: Final = 128
MIN_CLASSES: Final = 3


class PasswordNotRight(DomainError):
    """The current password is not right."""

    kind = Kind.FORBIDDEN
    title = "The password is not right"
    title_zh = "原密码不正确"
    title_ko = "현재 암호가 맞지 않습니다"


class SignInLocked(DomainError):
    """Too many wrong passwords: this login name is locked for a while."""

    kind = Kind.LIMITED
    title = "Locked for a while"
    title_zh = "密码错误次数过多，账号已暂时锁定"
    title_ko = "암호를 여러번 틀려 계정이 잠시 잠겼습니다"


class PasswordUsedBefore(DomainError):
    """You had this password before; the last ones are not used again."""

    kind = Kind.INVALID
    title = "The password was used before"
    title_zh = "不得使用最近用过的密码"
    title_ko = "최근에 썼던 암호는 다시 쓸수 없습니다"


class CodeNotRight(DomainError):
    """The authenticator's code is not right, or was used before."""

    kind = Kind.FORBIDDEN
    title = "The code is not right"
    title_zh = "验证码不正确或已用过"
    title_ko = "확인번호가 맞지 않거나 이미 썼습니다"


def due_at(account: Account, age_days: int) -> datetime | None:
    """From when on a password must be replaced at the next sign-in; None is never.

    A password an administrator gave is due at once. The demo's people share one that is printed at
    the start, and keep it.

    Args:
        account: Whose.
        age_days: How old a password may become; 0 is as old as it likes.
    """
    if account.is_demo:
        return None
    if account.must_change_password:
        return account.password_changed_at
    return account.password_changed_at + timedelta(days=age_days) if age_days else None


def classes_of(password: str) -> int:
    """How many of the four kinds of character a password has: lower, upper, digit, other.

    Letters without case, such as 汉字 and 한글, count as other.
    """
    kinds = {
        "lower" if c.islower() else "upper" if c.isupper() else "digit" if c.isdigit() else "other"
        for c in password
    }
    return len(kinds)


def require_strong(password: str, login: str) -> None:
    """Accept a new password.

    Raises:
        ValidationFailed: Each rule it breaks is a fault.
    """
    faults = []
    if not MIN_LENGTH <= len(password) <= MAX_LENGTH:
        detail = f"密码须为 {MIN_LENGTH}–{MAX_LENGTH} 个字符。"
        faults.append(Fault("/new_password", "length", detail))
    if classes_of(password) < MIN_CLASSES:
        detail = "密码须含大写字母、小写字母、数字、其他字符中的至少三类。"
        faults.append(Fault("/new_password", "classes", detail))
    if login in password.lower():
        faults.append(Fault("/new_password", "contains-login", "密码不得包含登录名。"))
    if faults:
        raise ValidationFailed(*faults)
