"""The registers the law asks for."""

from alembic import op

revision = "registry_registers"
down_revision = "registry_emergency"
branch_labels = None
depends_on = None

STATEMENTS = "select 1"


def upgrade() -> None:
    op.execute(STATEMENTS)


def downgrade() -> None:
    op.execute("select 1")
