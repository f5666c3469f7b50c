"""What searching needs."""

from alembic import op

revision = "registry_search"
down_revision = "registry_exports"
branch_labels = None
depends_on = None

STATEMENTS = "select 1"


def upgrade() -> None:
    op.execute(STATEMENTS)


def downgrade() -> None:
    op.execute("select 1")
