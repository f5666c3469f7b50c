"""How long access records, former states and events are kept."""

from dataclasses import dataclass
from datetime import date
from typing import Final

_MONTHS: Final = 12


@dataclass(frozen=True, slots=True)
class Rule:
    """How long one table partitioned by month is kept.

    Attributes:
        table: Its name.
        keep_months: Whole months; None keeps everything.
        setting: The variable that says so, as the record of a run names it.
    """

    table: str
    keep_months: int | None
    setting: str

    @property
    def text(self) -> str:
        """What the record of a run says."""
        return f"{self.setting}={self.keep_months}"


def first_kept_month(today: date, keep_months: int) -> date:
    """The first day of the oldest month that stays.

    A month goes when its last day is `keep_months` months ago or more, so nothing goes early.

    Args:
        today: The civil day.
        keep_months: At least 1.
    """
    months = today.year * _MONTHS + today.month - 1 - keep_months
    return date(months // _MONTHS, months % _MONTHS + 1, 1)


def month_of(partition: str) -> date | None:
    """The month of a partition by its name, `accesses_202611`; None for any other name."""
    digits = partition.rpartition("_")[2]
    if len(digits) != len("202611") or not digits.isdigit() or not 1 <= int(digits[4:]) <= _MONTHS:
        return None
    return date(int(digits[:4]), int(digits[4:]), 1)


@dataclass(frozen=True, slots=True)
class Class:
    """A class of data (保存期限类别): on what ground it is kept, how long, and what then.

    Attributes:
        data_class: Word for programs.
        name_zh: For people.
        basis: Statute, or the need it serves.
        period: In words; `{}` stands for what the setting says.
        setting: Field of the settings that says how long; None where nothing does.
        action: What happens when the time is over.
        recorded: Whether each deletion is entered in `retention_runs`.
    """

    data_class: str
    name_zh: str
    basis: str
    period: str
    setting: str | None
    action: str
    recorded: bool = False

    def view(self, value: object) -> dict[str, object]:
        """The class with the setting in force.

        Args:
            value: Of the setting; None where it says "for ever" or there is none.
        """
        is_unset = self.setting is not None and value is None
        return {
            "data_class": self.data_class,
            "name_zh": self.name_zh,
            "basis": self.basis,
            "period": "kept" if is_unset else self.period.format(value),
            "setting": self.setting and f"REGISTRY_{self.setting.upper()}",
            "action": "none" if is_unset else self.action,
            "recorded": self.recorded,
        }


_PROVIDING: Final = "网络数据安全管理条例第十二条"
_SHORTEST: Final = "个人信息保护法第十九条、第四十七条"

CLASSES: Final = (
    Class(
        "record", "居民与户的现行记录", "个人信息保护法第三十四条", "kept", None,
        "none: a record ends with a life event and stays for the register",
    ),
    Class(
        "accesses", "查阅记录", _PROVIDING, "{} months", "access_keep_months",
        "drop the month, entered in the chain", recorded=True,
    ),
    Class(
        "former_states", "历史记录", _SHORTEST, "{} months", "history_keep_months",
        "drop the month", recorded=True,
    ),
    Class("events", "事件", _SHORTEST, "{} days", "event_keep_days", "delete", recorded=True),
    Class("import_files", "导入文件", _SHORTEST, "{} days", "import_keep_days", "delete the file"),
    Class("export_files", "导出文件", _SHORTEST, "{} days", "export_keep_days", "delete the file"),
    Class("provisions", "对外提供登记", _PROVIDING, "3 years at least", None, "none"),
    Class(
        "assessments", "影响评估报告", "个人信息保护法第五十六条", "3 years at least", None, "none"
    ),
    Class(
        "registers", "协议、告知与同意、安全事件登记", "个人信息保护法第五十一条", "kept", None,
        "none",
    ),
)  # fmt: skip
"""Every class the registry keeps; the order is that of the register."""
