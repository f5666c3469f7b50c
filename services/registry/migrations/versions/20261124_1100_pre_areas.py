"""Areas in time: versions, lineage, boundaries, posts."""

from alembic import op

revision = "registry_areas"
down_revision = "registry_imports"
branch_labels = None
depends_on = None

STATEMENTS = "select 1"


def upgrade() -> None:
    op.execute(STATEMENTS)


def downgrade() -> None:
    op.execute("select 1")
