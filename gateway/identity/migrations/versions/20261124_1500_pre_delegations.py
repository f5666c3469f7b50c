"""Delegations with an end date."""

from alembic import op

revision = "20261124_1500"
down_revision = "20261124_1400"
branch_labels = None
depends_on = None

STATEMENTS = "select 1"


def upgrade() -> None:
    op.execute(STATEMENTS)


def downgrade() -> None:
    op.execute("select 1")
