"""Emergency access to a resident's record."""

from alembic import op

revision = "registry_emergency"
down_revision = "registry_audit"
branch_labels = None
depends_on = None

STATEMENTS = "select 1"


def upgrade() -> None:
    op.execute(STATEMENTS)


def downgrade() -> None:
    op.execute("select 1")
