"""What searching needs."""

import sqlalchemy as sa
from alembic import op

revision = "registry_search"
down_revision = "registry_exports"
branch_labels = None
depends_on = None

INDEX = """
create index concurrently if not exists residents_phone on residents (county, phone_index)
    where phone_index is not null
"""
BROKEN = """
select true from pg_index where indexrelid = to_regclass('registry.residents_phone')
    and not indisvalid
"""


def upgrade() -> None:
    # Beside the writers, for as long as it takes; what a killed build left is built anew.
    with op.get_context().autocommit_block():
        op.execute("set statement_timeout = 0; set lock_timeout = 0")
        if op.get_bind().scalar(sa.text(BROKEN)):
            op.execute("drop index concurrently residents_phone")
        op.execute(INDEX)
        op.execute("set statement_timeout = '5min'; set lock_timeout = '4s'")


def downgrade() -> None:
    op.execute("drop index residents_phone")
