"""Whose word counts: the authority matrix, disputes, verifications."""

from alembic import op

revision = "registry_authority"
down_revision = "registry_households"
branch_labels = None
depends_on = None

STATEMENTS = "select 1"


def upgrade() -> None:
    op.execute(STATEMENTS)


def downgrade() -> None:
    op.execute("select 1")
