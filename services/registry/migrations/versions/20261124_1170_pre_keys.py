"""Keys that rotate while the registry runs."""

from alembic import op

revision = "registry_keys"
down_revision = "registry_webhooks"
branch_labels = None
depends_on = None

STATEMENTS = "select 1"


def upgrade() -> None:
    op.execute(STATEMENTS)


def downgrade() -> None:
    op.execute("select 1")
