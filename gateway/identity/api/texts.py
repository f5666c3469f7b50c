"""Words of the sign-in page. Chinese is the source; Korean is written as in Yanbian."""

from collections.abc import Mapping
from typing import Final, Literal, TypeAlias

Locale: TypeAlias = Literal["zh-CN", "ko", "en"]

LOCALES: Final[Mapping[Locale, str]] = {"zh-CN": "中文", "ko": "조선어", "en": "English"}
"""Locale → its own name, in the order they are offered."""

TEXTS: Final[Mapping[Locale, Mapping[str, str]]] = {
    "zh-CN": {
        "product": "一网 OneGrid",
        "title": "登录",
        "login": "账号",
        "login_hint": "由管理员分配，例如 grid.222406001001001",
        "password": "密码",
        "button": "登录",
        "languages": "语言",
        "help": "忘记密码或账号被停用，请联系本单位的系统管理员。",
        "privacy": "只记录登录的时间、账号和结果；不记录网络地址、位置和设备。",
        "wrong_password": "账号或密码不正确。",
        "locked": "密码连续输错次数过多，该账号暂不能登录。请在 {minutes} 分钟后再试。",
        "disabled": "该账号已停用，请联系系统管理员。",
        "missing": "请输入账号和密码。",
        "code_title": "输入验证码",
        "code_lead": "密码正确。请输入身份验证器上的 6 位验证码。",
        "code": "验证码",
        "code_hint": "手机不在身边时，可输入一个备用恢复码。",
        "continue": "继续",
        "locked_code": "验证码连续输错次数过多。请在 {minutes} 分钟后重新登录。",
        "wrong_code": "验证码不正确或已用过。请等待下一个验证码。",
        "enrolment_title": "设置身份验证器",
        "enrolment_lead": "本账号可查看个人信息，须使用两种方式登录。"
        "请用手机上的身份验证器应用扫描二维码。",
        "enrolment_hint": "输入应用显示的 6 位数字，确认设置成功。",
        "secret_label": "不能扫描时，手工输入密钥：",
        "recovery_title": "保存恢复码",
        "recovery_lead": "手机丢失时，每个恢复码可代替验证码使用一次。"
        "请抄写并妥善保管，本页不会再次显示。",
        "recovery_kept": "已保存，继续",
        "renewal_title": "设置新密码",
        "renewal_first": "当前密码由管理员设置。请改为只有您知道的密码，然后才能登录。",
        "renewal_old": "密码使用时间已满规定期限。请设置新密码，然后才能登录。",
        "new_password": "新密码",
        "new_password_hint": "10–128 个字符，含大写字母、小写字母、数字、其他字符中的至少三类，"
        "不包含登录名，也不是最近用过的密码。",
        "repeated": "再次输入新密码",
        "passwords_differ": "两次输入的新密码不一致。",
        "password_weak": "新密码不符合要求。",
        "password_used": "新密码是最近用过的密码，请换一个。",
        "wecom": "企业微信",
        "dingtalk": "钉钉",
        "external": "使用{name}登录",
        "external_away": "统一认证暂时没有回应，请稍后再试，或用账号和密码登录。",
        "external_refused": "统一认证未能确认您的身份。",
        "external_no_account": "本系统没有您的账号，或账号已停用。请联系本单位的系统管理员。",
        "form_stale": "页面已过期，请重新输入。",
        "cookie_missing": "浏览器没有保存本页的 Cookie,无法登录。请允许本网站的 Cookie 后再试。",
        "broken_title": "无法登录",
        "broken": "登录链接不正确。请回到应用，重新点“登录”。",
    },
    "ko": {
        "product": "OneGrid 하나의 망격",
        "title": "로그인",
        "login": "계정",
        "login_hint": "관리원이 내준 계정, 례: grid.222406001001001",
        "password": "암호",
        "button": "로그인",
        "languages": "언어",
        "help": "암호를 잊었거나 계정이 중지되였으면 본 단위의 체계관리원에게 련계하십시오.",
        "privacy": "로그인한 시간, 계정, 결과만 기록하며 망주소, 위치, 기기는 기록하지 않습니다.",
        "wrong_password": "계정 또는 암호가 맞지 않습니다.",
        "locked": "암호를 여러번 틀려 이 계정은 잠시 로그인할 수 없습니다. "
        "{minutes}분 후에 다시 하십시오.",
        "disabled": "이 계정은 중지되였습니다. 체계관리원에게 련계하십시오.",
        "missing": "계정과 암호를 입력하십시오.",
        "code_title": "확인번호 입력",
        "code_lead": "암호가 맞습니다. 신분확인프로그램의 6자리 확인번호를 입력하십시오.",
        "code": "확인번호",
        "code_hint": "손전화가 없을 때에는 예비 복구번호를 하나 입력할수 있습니다.",
        "continue": "계속",
        "locked_code": "확인번호를 여러번 틀렸습니다. {minutes}분 후에 다시 로그인하십시오.",
        "wrong_code": "확인번호가 맞지 않거나 이미 썼습니다. 다음 번호를 기다리십시오.",
        "enrolment_title": "신분확인프로그램 설정",
        "enrolment_lead": "이 계정은 개인정보를 볼수 있으므로 두가지 방법으로 로그인하여야 합니다. "
        "손전화의 신분확인프로그램으로 QR코드를 스캔하십시오.",
        "enrolment_hint": "프로그램에 나타난 6자리 수자를 입력하여 설정을 확인하십시오.",
        "secret_label": "스캔할수 없으면 열쇠를 직접 입력하십시오:",
        "recovery_title": "복구번호 보관",
        "recovery_lead": "손전화를 잃었을 때 복구번호를 하나씩 확인번호 대신 한번 쓸수 있습니다. "
        "적어서 잘 보관하십시오. 이 페지는 다시 나타나지 않습니다.",
        "recovery_kept": "보관하였습니다, 계속",
        "renewal_title": "새 암호 설정",
        "renewal_first": "지금 암호는 관리원이 정한것입니다. 본인만 아는 암호로 바꾸어야 "
        "로그인할수 있습니다.",
        "renewal_old": "암호의 사용기한이 지났습니다. 새 암호를 정하여야 로그인할수 있습니다.",
        "new_password": "새 암호",
        "new_password_hint": "10~128자, 대문자, 소문자, 수자, 그밖의 글자중 세가지 이상, "
        "계정이름을 포함하지 않으며 최근에 쓰지 않은 암호.",
        "repeated": "새 암호를 다시 입력",
        "passwords_differ": "두번 입력한 새 암호가 다릅니다.",
        "password_weak": "새 암호가 요구에 맞지 않습니다.",
        "password_used": "최근에 쓴 암호입니다. 다른것을 정하십시오.",
        "wecom": "기업위챗(企业微信)",
        "dingtalk": "딩톡(钉钉)",
        "external": "{name}(으)로 로그인",
        "external_away": "통일인증이 응답하지 않습니다. "
        "잠시 후 다시 하거나 계정과 암호로 로그인하십시오.",
        "external_refused": "통일인증이 신분을 확인하지 못했습니다.",
        "external_no_account": "이 체계에 계정이 없거나 중지되였습니다. "
        "체계관리원에게 련계하십시오.",
        "form_stale": "페지의 유효시간이 지났습니다. 다시 입력하십시오.",
        "cookie_missing": "열람기가 이 페지의 쿠키를 보존하지 않아 로그인할 수 없습니다. "
        "쿠키를 허용하고 다시 하십시오.",
        "broken_title": "로그인할 수 없습니다",
        "broken": "로그인 련결주소가 올바르지 않습니다. "
        "프로그램으로 돌아가 “로그인”을 다시 누르십시오.",
    },
    "en": {
        "product": "OneGrid",
        "title": "Sign in",
        "login": "Account",
        "login_hint": "Given to you by your administrator, such as grid.222406001001001",
        "password": "Password",
        "button": "Sign in",
        "languages": "Language",
        "help": "Forgotten password or disabled account: ask your system administrator.",
        "privacy": "We record the time, account and result of a sign-in; no network address, "
        "place or device.",
        "wrong_password": "The account or password is not right.",
        "locked": "Too many wrong passwords: this account cannot sign in for now. "
        "Try again in {minutes} minutes.",
        "disabled": "This account is disabled. Ask your system administrator.",
        "missing": "Enter your account and password.",
        "code_title": "Enter the code",
        "code_lead": "The password is right. Enter the 6-digit code of your authenticator.",
        "code": "Code",
        "code_hint": "Without your phone, enter one of your recovery codes.",
        "continue": "Continue",
        "locked_code": "Too many wrong codes. Sign in again in {minutes} minutes.",
        "wrong_code": "The code is not right, or was used before. Wait for the next one.",
        "enrolment_title": "Set up your authenticator",
        "enrolment_lead": "This account can see personal data, so it signs in with two proofs. "
        "Scan this code with an authenticator app on your phone.",
        "enrolment_hint": "Enter the 6 digits the app shows, to confirm.",
        "secret_label": "If you cannot scan, type this key:",
        "recovery_title": "Keep your recovery codes",
        "recovery_lead": "If you lose your phone, each of these replaces one code, once. "
        "Write them down and keep them safe: this page is not shown again.",
        "recovery_kept": "I have kept them, continue",
        "renewal_title": "Choose a new password",
        "renewal_first": "An administrator gave you the present password. "
        "Change it to one only you know; then you can sign in.",
        "renewal_old": "Your password has reached its age. Choose a new one; then you can sign in.",
        "new_password": "New password",
        "new_password_hint": "10 to 128 characters with three of: capital letters, small letters, "
        "digits, others; not your account name, and none of your last passwords.",
        "repeated": "New password again",
        "passwords_differ": "The two new passwords are not the same.",
        "password_weak": "The new password does not meet the rules.",
        "password_used": "You used this password before. Choose another one.",
        "wecom": "WeCom",
        "dingtalk": "DingTalk",
        "external": "Sign in with {name}",
        "external_away": "The other sign-in does not answer. "
        "Try again later, or use your password.",
        "external_refused": "The other sign-in did not prove who you are.",
        "external_no_account": "You have no account here, or it is disabled. "
        "Ask your administrator.",
        "form_stale": "This page was open for too long. Enter them again.",
        "cookie_missing": "The browser did not keep this page's cookie, so signing in cannot work. "
        "Allow cookies for this site and try again.",
        "broken_title": "Signing in is not possible",
        "broken": "The sign-in link is not right. Go back to the app and choose “Sign in” again.",
    },
}


def locale_of(ui_locales: str | None, accept_language: str | None) -> Locale:
    """The first locale we have among those asked for, then the browser's, then Chinese.

    Args:
        ui_locales: Space-separated tags (OpenID Connect Core §3.1.2.1).
        accept_language: The header.
    """
    tags = [*(ui_locales or "").split(), *(accept_language or "").split(",")]
    for tag in tags:
        primary = tag.partition(";")[0].strip().lower().replace("_", "-").partition("-")[0]
        if primary == "zh":
            return "zh-CN"
        if primary == "ko":
            return "ko"
        if primary == "en":
            return "en"
    return "zh-CN"
