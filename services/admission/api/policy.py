"""Who may call what. An operation without a row here is refused to everybody.

Rows say which roles may ask; which item, county or account an answer may be about is decided with
the record (`domain.actors.sight`), and what is hidden is 404.
"""

from services.common.auth import Policy, allow

_DEPARTMENTS = ("department_officer", "department_system")
_COUNTY = ("county_officer", "secretariat", "approver", "finance_officer")
_RECIPIENTS = ("grid_worker", "community_officer", "street_officer")
_READERS = (*_DEPARTMENTS, *_COUNTY, *_RECIPIENTS, "auditor")

POLICY: Policy = {
    "admission.items.apply": allow(*_DEPARTMENTS, "secretariat"),
    "admission.items.list": allow(*_READERS),
    "admission.items.read": allow(*_READERS),
    "admission.items.version": allow(*_READERS),
    "admission.items.amend": allow(*_DEPARTMENTS, "secretariat"),
    "admission.items.submit": allow(*_DEPARTMENTS, "secretariat"),
    "admission.items.opine": allow("street_officer", "community_officer", "finance_officer"),
    "admission.items.review": allow("secretariat"),
    "admission.items.decide": allow("approver"),
    "admission.items.revoke": allow("approver", "secretariat"),
    "admission.payments.post": allow("finance_officer"),
    "admission.payments.reverse": allow("finance_officer"),
    "admission.ledger.list": allow(*_COUNTY, *_DEPARTMENTS, "community_officer", "auditor"),
    "admission.ledger.journal": allow("finance_officer", "county_officer", "auditor"),
    "admission.ledger.read": allow(*_COUNTY, *_DEPARTMENTS, "community_officer", "auditor"),
    "admission.ledger.allocate": allow("finance_officer"),
    "admission.checks.decide": allow(
        *_DEPARTMENTS, "county_officer", "secretariat", "street_officer", "community_officer"
    ),
    "admission.refusals.list": allow(
        *_DEPARTMENTS, *_COUNTY, "street_officer", "community_officer", "auditor"
    ),
    "admission.certificates.list": allow(*_READERS, "resident_desk"),
    "admission.certificates.add": allow("secretariat"),
    "admission.certificates.end": allow("secretariat"),
    "admission.negative_list.add": allow("secretariat"),
    "admission.negative_list.end": allow("secretariat"),
    "admission.policy_documents.add": allow("secretariat"),
    "admission.negative_list.list": allow(*_READERS),
    "admission.policy_documents.list": allow(*_READERS),
    "admission.indicators.read": allow(*_READERS),
    "admission.events.read": allow(*_COUNTY, *_DEPARTMENTS, "auditor"),
}
