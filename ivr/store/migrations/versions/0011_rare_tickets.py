"""Indexes for the tickets of rare states, which are counted on every page of the console."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

UNCLOSED = sa.text("state<>'closed'")
SAID_NO = sa.text("reopened>0 AND state<>'closed'")


def upgrade() -> None:
    op.create_index(
        "ix_ticket_state", "ticket", ["state", "late_at", "id"], sqlite_where=UNCLOSED, postgresql_where=UNCLOSED
    )
    op.create_index("ix_ticket_said_no", "ticket", ["late_at", "id"], sqlite_where=SAID_NO, postgresql_where=SAID_NO)


def downgrade() -> None:
    op.drop_index("ix_ticket_said_no")
    op.drop_index("ix_ticket_state")
