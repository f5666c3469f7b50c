"""What a password must be when it is set: GB/T 22239-2019 §8.1.4.1, as offices practise it."""

from typing import Final

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
