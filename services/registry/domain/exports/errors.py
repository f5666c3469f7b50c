"""What cannot be exported, and why.

ExportTooBroad, FieldNotExportable     refused at once
ExportTooLarge, ExportFailed           found while it was written; stand in the job
ExportNotFound, ExportHasNoFile, ExportIsOver
"""

from services.common.errors import DomainError, Kind


class ExportTooBroad(DomainError):
    """Narrow the export: to a community, or by a filter, or to your own domain's fields."""

    title = "The export is too broad"
    title_zh = "导出范围过大，请缩小区域、增加条件或只选本领域字段"
    title_ko = "내보내기 범위가 너무 넓습니다. 지역이나 조건을 좁히십시오"


class FieldNotExportable(DomainError):
    """A sensitive field leaves the registry only for the domain that owns it."""

    kind = Kind.FORBIDDEN
    title = "A field cannot be exported by you"
    title_zh = "敏感字段只能由所属领域导出"
    title_ko = "민감 항목은 소관 분야만 내보낼 수 있습니다"


class ExportTooLarge(DomainError):
    """More residents fit than your role may export at once; narrow the filter."""

    title = "The export is too large"
    title_zh = "符合条件的人数超过导出上限，请缩小范围"
    title_ko = "내보내기 상한을 넘었습니다. 범위를 좁히십시오"


class ExportFailed(DomainError):
    """The export was tried several times and failed each time; the operator's log says why."""

    title = "The export failed"
    title_zh = "导出多次失败，请联系系统管理员"
    title_ko = "내보내기가 여러 번 실패했습니다. 관리자에게 문의하십시오"


class ExportNotFound(DomainError):
    """There is no such export, or you did not ask for it."""

    kind = Kind.NOT_FOUND
    title = "Export not found"
    title_zh = "未找到该导出任务"
    title_ko = "내보내기 작업을 찾을 수 없습니다"


class ExportHasNoFile(DomainError):
    """This export has no file: it is not done yet, or the file was deleted after its time."""

    kind = Kind.NOT_FOUND
    title = "The export has no file"
    title_zh = "该导出任务没有文件"
    title_ko = "내보낸 파일이 없습니다"


class ExportIsOver(DomainError):
    """This export is over and cannot be cancelled."""

    kind = Kind.CONFLICT
    title = "The export is over"
    title_zh = "导出任务已结束，不能取消"
    title_ko = "내보내기가 끝나 취소할 수 없습니다"
