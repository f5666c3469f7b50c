"""Who may do what in the registry: a row for each operation; what has no row is refused."""

from typing import Final

from services.common.auth import ANYONE, Policy, allow

PURPOSES: Final = frozenset({
    "public_service", "statutory_registration", "verification", "case_handling",
    "resident_request", "audit",
})  # fmt: skip
"""Statutory grounds on which personal data may be read."""

DEPARTMENTS: Final = ("department_officer", "department_system")
FIELD: Final = ("grid_worker", "community_officer", "street_officer", "county_officer")
OFFICES: Final = ("secretariat", "approver", "finance_officer", "resident_desk", "auditor")
ADMINISTRATORS: Final = ("system_admin", "security_admin")
EVERYBODY: Final = (*DEPARTMENTS, *FIELD, *OFFICES, *ADMINISTRATORS)
EXPORTERS: Final = (*DEPARTMENTS, "community_officer", "street_officer", "county_officer")
READERS: Final = (*DEPARTMENTS, *FIELD, "resident_desk")

REPORTERS: Final = ("grid_worker", "community_officer", "street_officer")
KEEPERS: Final = ("secretariat", "security_admin", "auditor")
EMERGENCY: Final = ("community_officer", "street_officer", "county_officer")

POLICY: Final[Policy] = {
    "registry.areas.list": allow(*EVERYBODY),
    "registry.areas.get": allow(*EVERYBODY),
    "registry.areas.history": allow(*EVERYBODY),
    "registry.areas.register": allow(
        "secretariat", "street_officer", "community_officer", *DEPARTMENTS
    ),
    "registry.area_changes.ask": allow("secretariat", "system_admin"),
    "registry.area_changes.feed": ANYONE,
    "registry.area_changes.list": allow(*EVERYBODY),
    "registry.area_changes.get": allow(*EVERYBODY),
    "registry.posts.list": allow(*EVERYBODY),
    "registry.posts.appoint": allow("secretariat", "street_officer", "community_officer"),
    "registry.posts.correct": allow("secretariat", "street_officer", "community_officer"),
    "registry.posts.end": allow("secretariat", "street_officer", "community_officer"),
    "registry.boundaries.draw": allow("secretariat", "system_admin"),
    "registry.ogc.landing": allow(*EVERYBODY),
    "registry.ogc.conformance": allow(*EVERYBODY),
    "registry.ogc.collections": allow(*EVERYBODY),
    "registry.ogc.collection": allow(*EVERYBODY),
    "registry.ogc.items": allow(*EVERYBODY),
    "registry.ogc.item": allow(*EVERYBODY),
    "registry.findings.list": allow(*DEPARTMENTS, *FIELD, *OFFICES, "system_admin"),
    "registry.findings.summary": allow(*DEPARTMENTS, *FIELD, *OFFICES, "system_admin"),
    "registry.organisations.list": allow(*EVERYBODY),
    "registry.fields.list": allow(*EVERYBODY),
    "registry.authority.get": allow(*EVERYBODY),
    "registry.authority.versions": allow(*EVERYBODY),
    "registry.authority.version": allow(*EVERYBODY),
    "registry.authority.draft": allow("secretariat", "county_officer", "system_admin"),
    "registry.authority.simulate": allow("secretariat", "county_officer", "system_admin"),
    "registry.authority.simulation": allow("secretariat", "county_officer", "system_admin"),
    "registry.authority.activate": allow("secretariat", "county_officer"),
    "registry.code_sets.list": allow(*EVERYBODY),
    "registry.residents.lookup": allow(*READERS, purpose=True),
    "registry.residents.search": allow(*READERS, purpose=True),
    "registry.residents.get": allow(*READERS, purpose=True),
    "registry.residents.correct": allow(*DEPARTMENTS, "grid_worker", "community_officer"),
    "registry.emergency_accesses.open": allow(*EMERGENCY),
    "registry.emergency_accesses.resident": allow(*EMERGENCY),
    "registry.emergency_accesses.list": allow(
        *EMERGENCY, "security_admin", "auditor", purpose=True
    ),
    "registry.emergency_accesses.review": allow("auditor", "county_officer"),
    "registry.sharing_agreements.list": allow(*KEEPERS, "county_officer", *DEPARTMENTS),
    "registry.sharing_agreements.get": allow(*KEEPERS, "county_officer", *DEPARTMENTS),
    "registry.sharing_agreements.add": allow("secretariat"),
    "registry.sharing_agreements.revise": allow("secretariat"),
    "registry.impact_assessments.list": allow(*KEEPERS),
    "registry.impact_assessments.get": allow(*KEEPERS),
    "registry.impact_assessments.add": allow("secretariat"),
    "registry.impact_assessments.revise": allow("secretariat"),
    "registry.notices.list": allow(*KEEPERS, *FIELD, "resident_desk"),
    "registry.notices.get": allow(*KEEPERS, *FIELD, "resident_desk"),
    "registry.notices.add": allow("secretariat"),
    "registry.notices.revise": allow("secretariat"),
    "registry.breaches.list": allow("security_admin", "auditor"),
    "registry.breaches.get": allow("security_admin", "auditor"),
    "registry.breaches.add": allow("security_admin"),
    "registry.breaches.revise": allow("security_admin"),
    "registry.consents.say": allow("resident_desk", "community_officer", "grid_worker"),
    "registry.consents.of_resident": allow(
        "resident_desk", "community_officer", "grid_worker", "auditor", purpose=True
    ),
    "registry.retention.list": allow(*KEEPERS, "system_admin", "county_officer"),
    "registry.disputes.open": allow("resident_desk", "community_officer"),
    "registry.disputes.of_resident": allow(*READERS, purpose=True),
    "registry.disputes.list": allow(
        *DEPARTMENTS,
        "resident_desk",
        "community_officer",
        "street_officer",
        "county_officer",
        purpose=True,
    ),
    "registry.disputes.decide": allow("department_officer"),
    "registry.verifications.list": allow(*DEPARTMENTS, *FIELD, purpose=True),
    "registry.verifications.resolve": allow(
        "department_officer", "grid_worker", "community_officer"
    ),
    "registry.residents.history": allow(*READERS, purpose=True),
    "registry.residents.access_log": allow("resident_desk", "auditor", purpose=True),
    "registry.residents.full_export": allow("resident_desk", purpose=True),
    "registry.audit.chains": allow("auditor"),
    "registry.audit.checkpoints": allow("auditor"),
    "registry.residents.life_events": allow(*READERS, purpose=True),
    "registry.life_events.record": allow(*DEPARTMENTS, *REPORTERS),
    "registry.life_events.reverse": allow(*DEPARTMENTS, *REPORTERS),
    "registry.life_events.list": allow(*READERS, purpose=True),
    "registry.life_events.get": allow(*READERS, purpose=True),
    "registry.residents.register": allow(*DEPARTMENTS, *REPORTERS),
    "registry.residents.documents": allow(*READERS, purpose=True),
    "registry.residents.add_document": allow(*DEPARTMENTS, *REPORTERS),
    "registry.residents.end_document": allow(*DEPARTMENTS),
    "registry.residents.correct_document": allow(*DEPARTMENTS),
    "registry.residents.households": allow(*READERS, purpose=True),
    "registry.households.get": allow(*READERS, purpose=True),
    "registry.households.change_dwelling": allow(*DEPARTMENTS, *REPORTERS),
    "registry.grids.households": allow(*FIELD, purpose=True),
    "registry.indicators.list": allow(*DEPARTMENTS, *FIELD, *OFFICES),
    "registry.residents.upsert": allow(*DEPARTMENTS),
    "registry.imports.start": allow(*DEPARTMENTS),
    "registry.imports.list": allow(*DEPARTMENTS),
    "registry.imports.get": allow(*DEPARTMENTS),
    "registry.imports.errors": allow(*DEPARTMENTS, purpose=True),
    "registry.imports.rows": allow(*DEPARTMENTS, purpose=True),
    "registry.import_mappings.save": allow(*DEPARTMENTS),
    "registry.import_mappings.list": allow(*DEPARTMENTS),
    "registry.import_mappings.get": allow(*DEPARTMENTS),
    "registry.import_mappings.change": allow(*DEPARTMENTS),
    "registry.import_mappings.remove": allow(*DEPARTMENTS),
    "registry.imports.cancel": allow(*DEPARTMENTS),
    "registry.reconciliations.start": allow(*DEPARTMENTS),
    "registry.reconciliations.list": allow(*DEPARTMENTS),
    "registry.reconciliations.get": allow(*DEPARTMENTS),
    "registry.reconciliations.differences": allow(*DEPARTMENTS, purpose=True),
    "registry.reconciliations.file": allow(*DEPARTMENTS, purpose=True),
    "registry.reconciliations.apply": allow(*DEPARTMENTS),
    "registry.reconciliations.cancel": allow(*DEPARTMENTS),
    "registry.exports.start": allow(*EXPORTERS, purpose=True),
    "registry.exports.list": allow(*EXPORTERS),
    "registry.exports.get": allow(*EXPORTERS),
    "registry.exports.file": allow(*EXPORTERS, purpose=True),
    "registry.exports.cancel": allow(*EXPORTERS),
    "registry.aggregates.count": allow(*EXPORTERS),
    "registry.provisions.list": allow(
        *DEPARTMENTS, "county_officer", "secretariat", "auditor", "security_admin"
    ),
    "registry.webhooks.register": allow(*DEPARTMENTS),
    "registry.webhooks.list": allow(*DEPARTMENTS),
    "registry.webhooks.get": allow(*DEPARTMENTS),
    "registry.webhooks.change": allow(*DEPARTMENTS),
    "registry.webhooks.delete": allow(*DEPARTMENTS),
    "registry.webhooks.rotate_secret": allow(*DEPARTMENTS),
    "registry.webhooks.replay": allow(*DEPARTMENTS),
    "registry.webhooks.deliveries": allow(*DEPARTMENTS),
    "registry.webhooks.replay_delivery": allow(*DEPARTMENTS),
    "registry.events.list": allow(
        *DEPARTMENTS, "county_officer", "auditor", "system_admin", "security_admin"
    ),
}
