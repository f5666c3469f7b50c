"""Imports: saved mappings and what speed needs."""

from alembic import op

revision = "registry_intake"
down_revision = "registry_authority"
branch_labels = None
depends_on = None

STATEMENTS = "select 1"


def upgrade() -> None:
    op.execute(STATEMENTS)


def downgrade() -> None:
    op.execute("select 1")
