"""What admission refuses, and why.

DomainError
├── TransitionNotAllowed       the item is not in a state for this step
├── BudgetNotSufficient        the department's budget does not hold the promised money
├── PaymentExceedsApproved     more than was approved and not yet paid
├── PaymentAlreadyRecorded     the same bank reference twice
├── PaymentAlreadyReversed     a payment is reversed once
└── AlreadyListed              the library has this document
"""

from services.common.errors import DomainError, Kind


class TransitionNotAllowed(DomainError):
    """The item is not in a state that allows this step."""

    kind = Kind.CONFLICT
    title = "This step is not possible now"
    title_zh = "事项当前状态不允许此操作"
    title_ko = "현재 상태에서는 이 작업을 할 수 없습니다"


class BudgetNotSufficient(DomainError):
    """The department's budget does not hold the money this item promises."""

    kind = Kind.CONFLICT
    title = "The budget is not sufficient"
    title_zh = "部门预算余额不足，不能批准"
    title_ko = "부서 예산이 부족하여 승인할 수 없습니다"


class PaymentExceedsApproved(DomainError):
    """The payment is larger than what was approved and is not yet paid."""

    kind = Kind.CONFLICT
    title = "The payment exceeds the approved money"
    title_zh = "拨付金额超过批准且未拨付的金额"
    title_ko = "지급액이 승인된 미지급액을 초과합니다"


class PaymentAlreadyRecorded(DomainError):
    """A payment with this reference is recorded for this item."""

    kind = Kind.CONFLICT
    title = "The payment is recorded already"
    title_zh = "该拨付凭证号已登记"
    title_ko = "이미 등록된 지급 증빙 번호입니다"


class PaymentAlreadyReversed(DomainError):
    """This payment was reversed before; a payment is reversed once."""

    kind = Kind.CONFLICT
    title = "The payment is reversed already"
    title_zh = "该笔拨付已冲销"
    title_ko = "이미 취소 처리된 지급입니다"


class AlreadyListed(DomainError):
    """The library has a document with this title."""

    kind = Kind.CONFLICT
    title = "It is listed already"
    title_zh = "已在清单中"
    title_ko = "이미 목록에 있습니다"
