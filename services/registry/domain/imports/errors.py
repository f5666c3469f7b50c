"""Why a file of a department cannot be taken in.

ImportRefused
├── FileNotReadable         damaged, or of no kind we know
├── FileMislabelled         the name says one kind, the content is another
├── FileKindNotSupported    a known kind we do not read (old .xls, PDF, web page)
├── FileEncrypted           protected by a password
├── FileEmpty               no rows
├── FileTooLarge            over a limit; says which
├── ColumnsNotRecognised    no heading row; lists what was and was not recognised
├── MappingNotValid         the mapping names no column, or no field
├── ImportFailed            tried many times, never completed
└── DomainUnknown           no such domain
DomainNotYours, CountyNotYours, ImportNotFound, ImportHasNoErrorFile, ImportIsOver
"""

from services.common.errors import DomainError, Kind


class ImportRefused(DomainError):
    """The file cannot be imported."""

    title = "The file cannot be imported"
    title_zh = "文件无法导入"
    title_ko = "파일을 가져올 수 없습니다"


class FileNotReadable(ImportRefused):
    """The file is damaged or is none of XLSX, CSV, Parquet and NDJSON."""

    title = "The file cannot be read"
    title_zh = "文件无法读取"
    title_ko = "파일을 읽을 수 없습니다"


class FileMislabelled(ImportRefused):
    """The file's name says one kind and its content is another."""

    title = "The file's name does not fit its content"
    title_zh = "文件扩展名与内容不符"
    title_ko = "파일 확장자와 내용이 다릅니다"


class FileKindNotSupported(ImportRefused):
    """This kind of file is not read; save it as XLSX or CSV."""

    kind = Kind.UNSUPPORTED
    title = "This kind of file is not supported"
    title_zh = "不支持此类文件，请另存为 .xlsx 或 .csv"
    title_ko = "지원하지 않는 파일입니다. .xlsx 또는 .csv로 저장하십시오"


class FileEncrypted(ImportRefused):
    """The file is protected by a password; save it without one."""

    title = "The file is protected by a password"
    title_zh = "文件已加密，请取消密码后重新上传"
    title_ko = "암호가 걸린 파일입니다. 암호를 해제하십시오"


class FileEmpty(ImportRefused):
    """The file has no rows."""

    title = "The file is empty"
    title_zh = "文件没有内容"
    title_ko = "파일이 비어 있습니다"


class FileTooLarge(ImportRefused):
    """The file is larger than an import may be; split it."""

    kind = Kind.TOO_LARGE
    title = "The file is too large"
    title_zh = "文件过大，请拆分后上传"
    title_ko = "파일이 너무 큽니다. 나누어 올리십시오"


class ColumnsNotRecognised(ImportRefused):
    """No heading row with an identity number and one more known column was found."""

    title = "The columns were not recognised"
    title_zh = "未能识别表头"
    title_ko = "표제행을 알아볼 수 없습니다"


class MappingNotValid(ImportRefused):
    """The mapping is a JSON object of column headings and field codes this file and domain have."""

    title = "The mapping is not valid"
    title_zh = "列对应关系有误"
    title_ko = "열 대응이 올바르지 않습니다"


class ImportFailed(ImportRefused):
    """The import was tried many times and failed each time; the operator's log says why."""

    title = "The import failed"
    title_zh = "导入多次失败，请联系系统管理员"
    title_ko = "가져오기가 여러 번 실패했습니다. 관리자에게 문의하십시오"


class DomainUnknown(ImportRefused):
    """There is no such domain."""

    title = "Unknown domain"
    title_zh = "没有此业务领域"
    title_ko = "알 수 없는 업무 분야입니다"


class DomainNotYours(DomainError):
    """Your department may import only for its own domain."""

    kind = Kind.FORBIDDEN
    title = "Not your domain"
    title_zh = "只能导入本部门业务领域的数据"
    title_ko = "자기 부문의 자료만 가져올 수 있습니다"


class CountyNotYours(DomainError):
    """Your department may import only for counties inside its areas."""

    kind = Kind.FORBIDDEN
    title = "Not your county"
    title_zh = "只能导入本辖区的数据"
    title_ko = "자기 관할 지역의 자료만 가져올 수 있습니다"


class ImportNotFound(DomainError):
    """There is no such import, or none of your department's."""

    kind = Kind.NOT_FOUND
    title = "Import not found"
    title_zh = "未找到该导入任务"
    title_ko = "가져오기 작업을 찾을 수 없습니다"


class ImportHasNoErrorFile(DomainError):
    """This import has no error file: it is not over yet, or no row was refused or doubtful."""

    kind = Kind.NOT_FOUND
    title = "No error file"
    title_zh = "该导入任务没有错误清单"
    title_ko = "오류 목록이 없습니다"


class ImportIsOver(DomainError):
    """This import is over and cannot be cancelled; what it recorded stays."""

    kind = Kind.CONFLICT
    title = "The import is over"
    title_zh = "导入任务已结束，不能取消"
    title_ko = "가져오기가 끝나 취소할 수 없습니다"
