"""Tasks follow areas that change."""

from alembic import op

revision = "20261124_1100"
down_revision = "20261124_0900"
branch_labels = None
depends_on = None

STATEMENTS = "select 1"


def upgrade() -> None:
    op.execute(STATEMENTS)


def downgrade() -> None:
    op.execute("select 1")
