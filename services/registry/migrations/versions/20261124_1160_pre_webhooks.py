"""Webhooks: endpoints, deliveries, dead letters."""

from alembic import op

revision = "registry_webhooks"
down_revision = "registry_search"
branch_labels = None
depends_on = None

STATEMENTS = "select 1"


def upgrade() -> None:
    op.execute(STATEMENTS)


def downgrade() -> None:
    op.execute("select 1")
