"""Changes of responders by the desk, so that they can be taken back."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "responder_change",
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("batch", sa.String(32), nullable=False),
        sa.Column("responder_id", SERIAL, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("before", sa.JSON(none_as_null=True)),
        sa.Column("undone_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("id", name="pk_responder_change"),
        sa.ForeignKeyConstraint(
            ["responder_id"], ["responder.id"], name="fk_responder_change_responder_id", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_responder_change_batch", "responder_change", ["batch", "id"])
    op.create_index("ix_responder_change_responder", "responder_change", ["responder_id"])


def downgrade() -> None:
    op.drop_table("responder_change")
