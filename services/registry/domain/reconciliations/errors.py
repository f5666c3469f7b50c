"""What cannot be asked of a reconciliation.

ReconciliationNotFound, ReconciliationHasNoFile, ReconciliationIsOver, ReconciliationNotDone,
ReconciliationFileGone
"""

from services.common.errors import DomainError, Kind


class ReconciliationNotFound(DomainError):
    """There is no such reconciliation, or none of your department's."""

    kind = Kind.NOT_FOUND
    title = "Reconciliation not found"
    title_zh = "未找到该对账任务"
    title_ko = "대조 작업을 찾을 수 없습니다"


class ReconciliationHasNoFile(DomainError):
    """This reconciliation has no file: it is not over yet, or the file was deleted."""

    kind = Kind.NOT_FOUND
    title = "No file of differences"
    title_zh = "该对账任务没有差异文件"
    title_ko = "차이 파일이 없습니다"


class ReconciliationIsOver(DomainError):
    """This reconciliation is over and cannot be cancelled."""

    kind = Kind.CONFLICT
    title = "The reconciliation is over"
    title_zh = "对账任务已结束，不能取消"
    title_ko = "대조가 끝나 취소할 수 없습니다"


class ReconciliationNotDone(DomainError):
    """Only a reconciliation that came to its end can be applied."""

    kind = Kind.CONFLICT
    title = "The reconciliation is not done"
    title_zh = "对账任务尚未完成，不能导入"
    title_ko = "대조가 완료되지 않아 반영할 수 없습니다"


class ReconciliationFileGone(DomainError):
    """The file of this reconciliation was deleted after its time; send it again."""

    kind = Kind.GONE
    title = "The file was deleted"
    title_zh = "对账文件已过保存期并删除，请重新上传"
    title_ko = "대조 파일이 보관 기간이 지나 삭제되었습니다. 다시 올리십시오"
