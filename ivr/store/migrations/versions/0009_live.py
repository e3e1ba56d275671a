"""Calls that go on: who listens in and why, and which telephone rings when a call is taken over."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("take_over", sa.Column("number_enc", sa.LargeBinary()))
    op.create_index("ix_take_over_who", "take_over", ["who", "asked_at"])
    op.create_table(
        "live_listener",
        sa.Column("call_sid", sa.String(64), nullable=False),
        sa.Column("who", sa.String(32), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("call_sid", "who", name="pk_live_listener"),
        sa.ForeignKeyConstraint(["call_sid"], ["call.sid"], name="fk_live_listener_call_sid", ondelete="CASCADE"),
    )


def downgrade() -> None:
    op.drop_table("live_listener")
    op.drop_index("ix_take_over_who", "take_over")
    op.drop_column("take_over", "number_enc")
