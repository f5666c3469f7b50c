"""What searching needs."""

from alembic import op

revision = "registry_search"
down_revision = "registry_exports"
branch_labels = None
depends_on = None

STATEMENTS = """
create index residents_phone on residents (county, phone_index) where phone_index is not null
"""


def upgrade() -> None:
    op.execute(STATEMENTS)


def downgrade() -> None:
    op.execute("drop index residents_phone")
