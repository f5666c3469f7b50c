"""Households and memberships in time, documents, life events."""

from alembic import op

revision = "registry_households"
down_revision = "registry_areas"
branch_labels = None
depends_on = None

STATEMENTS = "select 1"


def upgrade() -> None:
    op.execute(STATEMENTS)


def downgrade() -> None:
    op.execute("select 1")
