"""Keys that rotate while the registry runs, and what is kept no longer."""

from alembic import op

revision = "registry_keys"
down_revision = "registry_webhooks"
branch_labels = None
depends_on = None

RETENTION = """
-- What was deleted because its time was over, and by which rule.
create table retention_runs (
    id uuid not null default uuidv7() constraint pk_retention_runs primary key,
    table_name text not null,
    deleted text not null,
    rows bigint not null,
    rule text not null,
    ran_at timestamptz not null default now());
"""


def upgrade() -> None:
    op.execute(RETENTION)


def downgrade() -> None:
    op.execute("drop table retention_runs")
