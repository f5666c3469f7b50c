"""Which services make the suite; the one place that names them all."""

from gateway.identity.service import SERVICE as IDENTITY
from services.admission.service import SERVICE as ADMISSION
from services.common.service import Service, in_dependency_order
from services.registry.service import SERVICE as REGISTRY
from services.tasks.service import SERVICE as TASKS

SUITE: tuple[Service, ...] = tuple(in_dependency_order([IDENTITY, REGISTRY, ADMISSION, TASKS]))
"""All services, each after those it requires."""

BY_NAME = {service.name: service for service in SUITE}
