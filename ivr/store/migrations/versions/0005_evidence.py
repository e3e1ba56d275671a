"""Evidence of calls: what was asked, how sure the answer was, whether the two passes agreed."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("turn", sa.Column("asked", sa.String(12)))
    op.add_column("turn", sa.Column("band", sa.String(8)))
    op.add_column("turn", sa.Column("agreed", sa.Boolean()))


def downgrade() -> None:
    for name in ("agreed", "band", "asked"):
        op.drop_column("turn", name)
