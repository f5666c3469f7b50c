"""Certificates a community may issue stand beside those it must not."""

from alembic import op

revision = "20261124_1100"
down_revision = "20261124_1030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
alter table certificates
    add column kind text not null default 'prohibited' constraint ck_certificates_kind check (
        kind in ('prohibited', 'retained')),
    add column purpose text, add column process text;
""")


def downgrade() -> None:
    op.execute(
        "alter table certificates drop column kind, drop column purpose, drop column process"
    )
