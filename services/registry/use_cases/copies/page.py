"""A person's copy as a page to print, in Chinese; codes of the catalogue by their names."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from html import escape
from typing import Any, Final

from services.common.clock import LOCAL

_SECTIONS: Final = {
    "fields": "登记的信息",
    "documents": "证件",
    "households": "家庭户与户籍",
    "life_events": "人生事项",
    "said": "各来源提供过的信息",
    "disputes": "您提出的异议",
    "verifications": "来源不一致的核实",
    "accesses": "谁查阅过您的信息",
    "consents": "您的同意与撤回",
    "emergencies": "应急查阅",
    "provisions": "向谁提供过您的信息",
    "copies": "已向您提供的副本",
}
_HEADS: Final = {
    "address": "地址", "agreement": "协议", "at": "时间", "basis": "居住或户籍",
    "claim_domain": "异说来源", "claim_method": "方式", "claim_observed_on": "采集日期",
    "claim_organisation": "异说机构", "decided_at": "决定时间", "decided_organisation": "决定机构",
    "disputed": "有异议", "domain": "来源部门", "dwelling": "住所代码", "end_reason": "终止原因",
    "ended_at": "终止时间", "expires_on": "有效期至", "field": "项目", "fields": "项目",
    "format": "格式", "household_id": "户", "is_primary": "主证件", "is_given": "已同意",
    "issued_on": "签发日期",
    "kind": "种类", "legal_basis": "依据", "made_at": "时间", "made_by": "经办人",
    "method": "方式", "notice_version": "文本版本", "number": "号码",
    "observed_on": "采集日期", "occurred_on": "发生日期",
    "opened_at": "提出时间", "opened_by_name": "经办人",
    "opened_organisation": "受理机构", "operation": "操作",
    "organisation": "机构", "organisation_name": "机构名称", "outcome": "结果", "owner": "主管部门",
    "provided_at": "时间", "purpose": "用途", "read_at": "时间", "reader": "查阅人",
    "reason": "理由", "recipient": "接收人", "recorded_at": "登记时间",
    "recorded_by_name": "登记人",
    "recorded_organisation": "登记机构", "relation": "与户主关系", "request_id": "请求编号",
    "requested_by": "申请人", "resolved_at": "核实时间", "resolved_organisation": "核实机构",
    "reviewed_at": "复核时间", "verdict": "复核结论",
    "reversed_at": "撤销时间", "role": "身份", "said_by": "表示人",
    "since": "起", "source": "来源方式",
    "state": "状态", "statement": "陈述", "title": "文本", "until": "止", "value": "内容",
}  # fmt: skip
_LEAD: Final = (
    "依据《中华人民共和国个人信息保护法》第四十四条至第四十六条。"
    "如有错误，可在窗口提出异议，由主管部门核实更正。"
)
_STYLE: Final = (
    "body{font:18px/1.6 'Noto Sans CJK SC',sans-serif;margin:2rem}"
    "table{border-collapse:collapse;width:100%;margin-bottom:1.5rem}"
    "th,td{border:1px solid #999;padding:.2rem .5rem;text-align:left;vertical-align:top;"
    "overflow-wrap:anywhere}"
)


def written(copy: Mapping[str, Any]) -> bytes:
    """The page."""
    names = {field["field"]: field["name_zh"] for field in copy["fields"]}
    made = copy["made"]
    who = f"{escape(made['organisation'])} · {escape(made['by'])} · {made['id']}"
    parts = [
        "<!doctype html><html lang=zh-CN><meta charset=utf-8><title>个人信息副本</title>",
        f"<style>{_STYLE}</style><h1>个人信息副本</h1><p>{_text(made['at'], names)} · {who}</p>",
        f"<p>{_LEAD}</p>",
    ]
    for name, title in _SECTIONS.items():
        parts += [f"<h2>{title}</h2>", _table(copy[name], names)]
    return "".join(parts).encode()


def _table(rows: Iterable[Mapping[str, Any]], names: Mapping[str, str]) -> str:
    shown = list(rows)
    heads = [h for h in dict.fromkeys(k for row in shown for k in row) if h in _HEADS]
    if not shown:
        return "<p>无</p>"
    head = "".join(f"<th>{_HEADS[h]}</th>" for h in heads)
    body = "".join(
        "<tr>" + "".join(f"<td>{_text(row.get(h), names)}</td>" for h in heads) + "</tr>"
        for row in shown
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _text(value: Any, names: Mapping[str, str]) -> str:
    if isinstance(value, list | dict):
        parts = value.values() if isinstance(value, dict) else value
        return "、".join(_text(one, names) for one in parts)
    if isinstance(value, datetime):
        return f"{value.astimezone(LOCAL):%Y-%m-%d %H:%M}"
    words: dict[Any, str] = {None: "", True: "是", False: "否", **names}
    return escape(words.get(value, str(value)) if _is_word(value) else str(value))


def _is_word(value: Any) -> bool:
    return value is None or isinstance(value, bool | str)
