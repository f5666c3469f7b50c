"""What the identity rooms must be told."""

from typing import Final, Literal

from pydantic import Field, SecretStr
from pydantic_settings import SettingsConfigDict

from services.common.settings import ServiceSettings

_MINUTE: Final = 60
_HOUR: Final = 60 * _MINUTE
_DAY: Final = 24 * _HOUR


class IdentitySettings(ServiceSettings):
    """Settings of the identity rooms; environment prefix `IDENTITY_`."""

    model_config = SettingsConfigDict(env_prefix="IDENTITY_", frozen=True, extra="ignore")

    mount: str = Field("/identity", description="Path under the issuer where these rooms answer.")
    redirect_origins: tuple[str, ...] = Field(
        (),
        description="Origins besides the issuer's to which the web applications may be returned, "
        'such as `["https://pilot.example.cn"]`.',
    )
    access_token_s: int = Field(
        10 * _MINUTE, ge=_MINUTE, le=_HOUR, description="Life of an access token."
    )
    code_s: int = Field(60, ge=10, le=600, description="Life of an authorization code.")
    assertion_s: int = Field(
        5 * _MINUTE, ge=_MINUTE, le=_HOUR, description="Longest life of a client's assertion."
    )
    refresh_idle_s: int = Field(
        12 * _HOUR,
        ge=_MINUTE,
        description="A session unused this long ends: a shift without network. A client's own "
        "`idle_limit_s` may be shorter (the desk's is 30 minutes).",
    )
    refresh_absolute_s: int = Field(
        7 * _DAY, ge=_MINUTE, description="Every session ends this long after its sign-in."
    )
    refresh_retry_s: int = Field(
        10,
        ge=0,
        le=60,
        description="A refresh token may be shown again this long, as long as its successor was "
        "not used: the answer was lost on the way. 0 allows no second showing.",
    )
    lock_after_failures: int = Field(5, ge=3, le=20, description="Failed sign-ins that lock.")
    lock_s: int = Field(15 * _MINUTE, ge=_MINUTE, description="How long a lock lasts.")
    second_factor: Literal["required", "off"] = Field(
        "required",
        description="`required`: everybody but the demo's people sets up an authenticator at the "
        "first sign-in. `off` asks only those who have one.",
    )
    password_age_days: int = Field(
        90, ge=0, description="A password this old is replaced at the next sign-in; 0: never."
    )
    passwords_remembered: int = Field(
        5, ge=0, le=24, description="So many of the last passwords are not used again."
    )
    oidc_issuer: str | None = Field(
        None,
        description="Issuer of an external OpenID Connect provider whose word is taken for who "
        "somebody is; rights stay with the accounts here. Off when unset.",
    )
    oidc_client_id: str = Field("onegrid", description="How that provider knows us.")
    oidc_client_secret: SecretStr = Field(
        SecretStr(""), description="Our secret there; empty for a public client with PKCE."
    )
    oidc_login_claim: str = Field(
        "preferred_username", description="Claim of its ID token that holds the login name."
    )
    oidc_label: str = Field("统一身份认证", description="What the sign-in page calls it.")
    wecom_corp_id: str | None = Field(
        None, description="Enterprise (企业微信) whose people may sign in by scan. Off when unset."
    )
    wecom_agent_id: str = Field("", description="Our application there.")
    wecom_secret: SecretStr = Field(SecretStr(""), description="Its secret.")
    wecom_login_url: str = Field(
        "https://login.work.weixin.qq.com", description="Where browsers sign in to WeCom."
    )
    wecom_api_url: str = Field("https://qyapi.weixin.qq.com", description="Where we ask WeCom.")
    dingtalk_client_id: str | None = Field(
        None, description="Our application at DingTalk (钉钉). Off when unset."
    )
    dingtalk_client_secret: SecretStr = Field(SecretStr(""), description="Its secret.")
    dingtalk_corp_id: str = Field(
        "", description="The one organisation whose people may come; empty: any linked person."
    )
    dingtalk_login_url: str = Field(
        "https://login.dingtalk.com", description="Where browsers sign in to DingTalk."
    )
    dingtalk_api_url: str = Field("https://api.dingtalk.com", description="Where we ask DingTalk.")
    signing_key_days: int = Field(90, ge=1, description="Age at which a signing key is followed.")
    key_ahead_s: int = Field(
        10 * _MINUTE,
        ge=0,
        description="A new signing key is published this long before it signs, so that no reader "
        "of the key set meets a key it has not seen.",
    )
    hash_memory_kib: int = Field(65536, ge=1024, description="Argon2id memory (RFC 9106 §4).")
    hash_passes: int = Field(3, ge=1, description="Argon2id passes.")
    hash_lanes: int = Field(4, ge=1, description="Argon2id lanes.")
    hash_at_once: int = Field(2, ge=1, description="Passwords hashed at the same time.")
    sign_ins_kept_days: int = Field(
        400, ge=180, description="The log of sign-ins is kept this long; the law asks six months."
    )

    @property
    def houses(self) -> tuple[tuple[str, str], ...]:
        """Other houses to sign in through: our name, and what the sign-in page calls it."""
        asked = (
            ("oidc", self.oidc_label, self.oidc_issuer),
            ("wecom", "wecom", self.wecom_corp_id),
            ("dingtalk", "dingtalk", self.dingtalk_client_id),
        )
        return tuple((house, label) for house, label, is_on in asked if is_on is not None)

    @property
    def token_endpoint(self) -> str:
        """Address of the token endpoint, which an assertion may name as its audience."""
        return f"{self.issuer}{self.mount}/v1/token"
