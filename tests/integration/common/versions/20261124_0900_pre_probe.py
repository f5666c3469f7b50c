"""The tables of the mechanisms, from the page that documents them."""

import re
from pathlib import Path

from alembic import op

import services.common

revision = "20261124_0900"
down_revision = None


def upgrade() -> None:
    page = (Path(services.common.__file__).parent / "ddl.md").read_text(encoding="utf-8")
    for block in re.findall(r"```sql\n(.*?)```", page, re.DOTALL):
        op.execute(block)
    op.execute("create table facts (name text not null)")
