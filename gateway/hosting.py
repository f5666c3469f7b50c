"""What a host process needs before it can run services: their databases, keys and settings."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gateway import secret_files
from gateway.embedded import EmbeddedPostgres
from services.common import migrating, settings
from services.common.service import Service
from services.common.settings import ServiceSettings

_TYPED_BYTES = 12
_SIGNING = "checkpoint-key"


@dataclass(slots=True)
class Embedded:
    """The one-process topology: everything in one data folder.

    Attributes:
        data_dir: The folder.
        postgres: Its running server.
    """

    data_dir: Path
    postgres: EmbeddedPostgres

    @classmethod
    def start(cls, data_dir: Path) -> "Embedded":
        """Start PostgreSQL in the folder, making what is missing."""
        return cls(data_dir, EmbeddedPostgres(data_dir))

    def migrate(self, services: Iterable[Service]) -> dict[str, migrating.State]:
        """Make roles and schemas and bring them to head; where each stood before."""
        before = {}
        for service in services:
            password = self.postgres.service_password(service.name)
            migrating.provision(self.postgres.admin_dsn, service.name, password)
            dsn = self.postgres.service_dsn(service.name)
            before[service.name] = migrating.upgrade(dsn, service.name, service.migrations)
        return before

    def settings(
        self, services: Iterable[Service], *, public_url: str, run_loops: bool = True
    ) -> dict[str, ServiceSettings]:
        """Settings of services that live in this folder."""
        return {
            service.name: service.settings(
                database_url=self.postgres.service_dsn(service.name),
                key_encryption_key=self.key(service.name),
                issuer=public_url,
                data_dir=self.data_dir,
                run_loops=run_loops,
                **self._signing(service),
            )
            for service in services
        }

    def _signing(self, service: Service) -> dict[str, Any]:
        """The key that signs checkpoints, for the service that does."""
        if "checkpoint_key" not in service.settings.model_fields:
            return {}
        return {"checkpoint_key": secret_files.read_or_make(self.data_dir / "secrets", _SIGNING)}

    def key(self, service: str) -> str:
        """A service's key-encryption key, made on first use."""
        return secret_files.read_or_make(self.data_dir / "secrets", f"key-{service}")

    def demo_password(self) -> str:
        """The one password of all demo accounts of this installation."""
        return demo_password(self.data_dir)


def demo_password(data_dir: Path) -> str:
    """The password of the demo accounts: 16 characters that a person can type."""
    return secret_files.read_or_make(data_dir / "secrets", secret_files.DEMO_PASSWORD, _TYPED_BYTES)


@contextmanager
def opened(
    data_dir: Path, services: Iterable[Service], *, environment: bool
) -> Iterator[Mapping[str, ServiceSettings]]:
    """Settings for a command that works beside the suite or without it.

    Args:
        data_dir: Of the embedded server, which is started when it is not running.
        services: Whose settings.
        environment: Use the databases named in the environment instead.
    """
    if environment:
        yield from_environment(services)
        return
    embedded = Embedded.start(data_dir)
    try:
        embedded.migrate(services)
        yield embedded.settings(services, public_url="http://127.0.0.1:8000")
    finally:
        embedded.postgres.stop()


def from_environment(services: Iterable[Service]) -> dict[str, ServiceSettings]:
    """Settings of services that are told by variables and secret files (containers)."""
    return {service.name: settings.read(service.settings) for service in services}


def migrate_from_environment(
    admin_dsn: str, services: Iterable[Service], made: Mapping[str, ServiceSettings]
) -> dict[str, migrating.State]:
    """Make roles and schemas with the passwords in the services' own URLs; bring them to head."""
    before = {}
    for service in services:
        dsn = made[service.name].database_url.get_secret_value()
        password = migrating.password_of(dsn)
        migrating.provision(admin_dsn, service.name, password)
        before[service.name] = migrating.upgrade(dsn, service.name, service.migrations)
    return before
