"""Daily figures."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "daily",
        sa.Column("day", sa.String(10), nullable=False),
        sa.Column("district", sa.String(64), nullable=False),
        sa.Column("measure", sa.String(16), nullable=False),
        sa.Column("part", sa.Float(), nullable=False),
        sa.Column("whole", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("day", "district", "measure", name="pk_daily"),
    )
    op.create_index("ix_daily_district", "daily", ["district", "measure", "day"])


def downgrade() -> None:
    op.drop_table("daily")
