"""Passwords that must be changed, and clients kept over HTTP."""

from alembic import op

revision = "20261124_1510"
down_revision = "20261124_1500"
branch_labels = None
depends_on = None

STATEMENTS = "select 1"


def upgrade() -> None:
    op.execute(STATEMENTS)


def downgrade() -> None:
    op.execute("select 1")
