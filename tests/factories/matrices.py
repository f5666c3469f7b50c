"""All services with their places, by name."""

from typing import Final

from tests.factories import (
    matrix_admission,
    matrix_identity,
    matrix_registry,
    matrix_registry_samples,
    matrix_tasks,
)

SERVICES: Final = {
    "registry": (matrix_registry.filled, matrix_registry_samples.SAMPLES),
    "tasks": (matrix_tasks.filled, matrix_tasks.SAMPLES),
    "admission": (matrix_admission.filled, matrix_admission.SAMPLES),
    "identity": (matrix_identity.filled, matrix_identity.SAMPLES),
}
