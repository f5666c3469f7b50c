"""Exports and reconciliations."""

from alembic import op

revision = "registry_exports"
down_revision = "registry_intake"
branch_labels = None
depends_on = None

STATEMENTS = "select 1"


def upgrade() -> None:
    op.execute(STATEMENTS)


def downgrade() -> None:
    op.execute("select 1")
