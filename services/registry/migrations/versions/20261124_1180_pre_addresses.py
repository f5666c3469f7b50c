"""Addresses of dwellings, and faster imports."""

from alembic import op

revision = "registry_addresses"
down_revision = "registry_keys"
branch_labels = None
depends_on = None

STATEMENTS = "select 1"


def upgrade() -> None:
    op.execute(STATEMENTS)


def downgrade() -> None:
    op.execute("select 1")
