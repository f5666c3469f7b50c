"""What can be wrong with a webhook.

WebhookNotFound        no such subscription of this organisation
DeliveryNotFound       no such delivery of this subscription
WebhookLimitReached    the organisation has as many as it may
WebhookAddressRefused  nothing is sent to such an address
"""

from services.common.errors import DomainError, Kind


class WebhookNotFound(DomainError):
    """Your organisation has no webhook with this id."""

    kind = Kind.NOT_FOUND
    title = "Webhook not found"
    title_zh = "未找到推送订阅"
    title_ko = "푸시 구독을 찾을 수 없습니다"


class DeliveryNotFound(DomainError):
    """This webhook has no delivery with this id, or no longer."""

    kind = Kind.NOT_FOUND
    title = "Delivery not found"
    title_zh = "未找到推送记录"
    title_ko = "푸시 기록을 찾을 수 없습니다"


class WebhookLimitReached(DomainError):
    """Your organisation has as many webhooks as it may; delete one first."""

    kind = Kind.CONFLICT
    title = "Too many webhooks"
    title_zh = "推送订阅数量已达上限"
    title_ko = "푸시 구독 수가 한도에 이르렀습니다"


class WebhookAddressRefused(DomainError):
    """Nothing is sent to such an address; `reason` says why."""

    kind = Kind.INVALID
    title = "The address is not acceptable"
    title_zh = "不允许向该地址推送"
    title_ko = "이 주소로는 보낼 수 없습니다"

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail, reason=reason)
        self.reason = reason
