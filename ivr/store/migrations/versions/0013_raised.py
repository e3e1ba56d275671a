"""An index for the complaints that went up lately, which monitoring counts."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

RAISED = sa.text("kind='raise'")


def upgrade() -> None:
    op.create_index("ix_ticket_event_raised", "ticket_event", ["at"], sqlite_where=RAISED, postgresql_where=RAISED)


def downgrade() -> None:
    op.drop_index("ix_ticket_event_raised")
