"""Index keys that rotate, and former names."""

from alembic import op

revision = "registry_index_keys"
down_revision = "registry_addresses"
branch_labels = None
depends_on = None

# While the index key rotates there are two: one that makes indexes, one that is about to or did.
PURPOSES = """
alter table data_keys drop constraint data_keys_purpose_check;
alter table data_keys add constraint data_keys_purpose_check
    check (purpose in ('seal', 'index', 'index-next', 'index-former'));
"""
FORMER_PURPOSES = """
alter table data_keys drop constraint data_keys_purpose_check;
alter table data_keys add constraint data_keys_purpose_check check (purpose in ('seal', 'index'));
"""

# As-of reads ask what was believed of a household.
BELIEVED = """
create index membership_history_household on membership_history (county, household_id);
"""


def upgrade() -> None:
    op.execute(PURPOSES)
    op.execute(BELIEVED)


def downgrade() -> None:
    op.execute("drop index membership_history_household")
    op.execute(FORMER_PURPOSES)
