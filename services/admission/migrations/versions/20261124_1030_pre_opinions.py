"""Streets, communities and finance are heard before a decision."""

from alembic import op

revision = "20261124_1030"
down_revision = "20261124_0900"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
create table item_opinions (
    county text collate "C" not null, item_id uuid not null, organisation text not null,
    stance text not null constraint ck_item_opinions_stance check (
        stance in ('support', 'concern', 'object')),
    comment text, version integer not null, subject text not null, name text not null,
    given_at timestamptz not null,
    primary key (county, item_id, organisation),
    constraint fk_item_opinions_item foreign key (county, item_id) references items (county, id));
""")


def downgrade() -> None:
    op.execute("drop table item_opinions")
