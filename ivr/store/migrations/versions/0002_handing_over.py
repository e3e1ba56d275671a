"""Handing over: shared telephones, the queue for a person, calls that we make."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

SERIAL = sa.BigInteger().with_variant(sa.Integer, "sqlite")
COUNTER = sa.table("counter", sa.column("name", sa.String), sa.column("value", sa.BigInteger))


def upgrade() -> None:
    op.add_column("caller", sa.Column("shared", sa.Boolean(), nullable=False, server_default=sa.false()))
    _handover()
    _outcall()
    op.bulk_insert(COUNTER, [{"name": "handover", "value": 0}])


def downgrade() -> None:
    op.execute(COUNTER.delete().where(COUNTER.c.name == "handover"))
    op.drop_table("outcall")
    op.drop_table("handover")
    op.drop_column("caller", "shared")


def _at(name: str, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _handover() -> None:
    op.create_table(
        "handover",
        sa.Column("call_sid", sa.String(64), nullable=False),
        _at("queued_at"),
        _at("seen_at"),
        _at("dialled_at", nullable=True),
        _at("answered_at", nullable=True),
        _at("ended_at", nullable=True),
        sa.Column("outcome", sa.String(12)),
        sa.PrimaryKeyConstraint("call_sid", name="pk_handover"),
        sa.ForeignKeyConstraint(["call_sid"], ["call.sid"], name="fk_handover_call_sid", ondelete="CASCADE"),
    )
    unended = sa.text("ended_at IS NULL")
    op.create_index("ix_handover_open", "handover", ["queued_at"], sqlite_where=unended, postgresql_where=unended)
    op.create_index("ix_handover_ended", "handover", ["ended_at"])


def _outcall() -> None:
    op.create_table(
        "outcall",
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("key", sa.String(128), nullable=False),
        sa.Column("caller_hash", sa.String(32)),
        sa.Column("call_sid", sa.String(64)),
        sa.Column("purpose", sa.String(12), nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("tries", sa.SmallInteger(), nullable=False, server_default="0"),
        sa.Column("carrier_sid", sa.String(64)),
        _at("asked_at"),
        _at("state_at"),
        sa.PrimaryKeyConstraint("id", name="pk_outcall"),
        sa.UniqueConstraint("key", name="uq_outcall_key"),
        sa.UniqueConstraint("carrier_sid", name="uq_outcall_carrier_sid"),
        sa.ForeignKeyConstraint(
            ["caller_hash"], ["caller.phone_hash"], name="fk_outcall_caller_hash", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["call_sid"], ["call.sid"], name="fk_outcall_call_sid", ondelete="SET NULL"),
    )
    op.create_index("ix_outcall_caller", "outcall", ["caller_hash", "asked_at"])
    op.create_index("ix_outcall_call", "outcall", ["call_sid"])
