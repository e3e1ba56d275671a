"""Reviewing and calls that go on: a copy of the tables as they were when this step was written."""

from typing import Any

from alembic import op
from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
)

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    metadata.create_all(op.get_bind(), tables=MADE, checkfirst=False)


def downgrade() -> None:
    metadata.drop_all(op.get_bind(), tables=MADE, checkfirst=False)


metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)
Serial = BigInteger().with_variant(Integer, "sqlite")
Utc = DateTime(timezone=True)
SID = String(64)
NAME = String(32)


def serial_id() -> Column[Any]:
    return Column("id", Serial, primary_key=True)


def call_sid() -> Column[Any]:
    return Column("call_sid", SID, ForeignKey("call.sid", ondelete="CASCADE"), nullable=False)


def call_key() -> Column[Any]:
    return Column("call_sid", SID, ForeignKey("call.sid", ondelete="CASCADE"), primary_key=True)


Table("call", metadata, Column("sid", SID, primary_key=True))

correction = Table(
    "correction",
    metadata,
    serial_id(),
    call_sid(),
    Column("turn_n", Integer, nullable=False),
    Column("kind", String(12), nullable=False),
    Column("value", Text, nullable=False, server_default=""),  # a service's id, or the words
    Column("note", Text, nullable=False, server_default=""),
    Column("who", NAME, nullable=False),
    Column("at", Utc, nullable=False),
    Column("heard_ms", Integer, nullable=False),  # of the span in question, before the correction was saved
    Column("undone_by", NAME),
    Column("undone_at", Utc),
    Column("learnt_at", Utc),
    Column("fixture", String(255)),  # below the data folder
    CheckConstraint("kind IN ('service','words','not_speech','cannot_tell')", name="kind"),
    Index("ix_correction_call", "call_sid", "id"),
    Index("ix_correction_who", "who", "id"),
)

proposal = Table(
    "proposal",
    metadata,
    serial_id(),
    Column("language", String(8), nullable=False),
    Column("service", String(64), nullable=False),
    Column("phrase", Text, nullable=False),
    Column("correction_id", Serial, ForeignKey("correction.id", ondelete="SET NULL")),
    Column("made_at", Utc, nullable=False),
    Column("state", String(10), nullable=False),
    Column("decided_by", NAME),
    Column("decided_at", Utc),
    Column("decided_phrase", Text),  # as accepted, where the supervisor mended it
    UniqueConstraint("language", "service", "phrase"),
    CheckConstraint("state IN ('open','accepted','declined')", name="state"),
    Index("ix_proposal_state", "state", "made_at", "id"),
    Index("ix_proposal_correction", "correction_id"),
)

review_lease = Table(
    "review_lease",
    metadata,
    call_key(),
    Column("who", NAME, nullable=False),
    Column("until", Utc, nullable=False),
)

review_draft = Table(
    "review_draft",
    metadata,
    call_key(),
    Column("who", NAME, primary_key=True),
    Column("turn_n", Integer, primary_key=True),
    Column("text", Text, nullable=False),
    Column("at", Utc, nullable=False),
)

listening = Table(
    "listening",
    metadata,
    call_key(),
    Column("who", NAME, primary_key=True),
    Column("opened_at", Utc, nullable=False),
    Column("last_at", Utc, nullable=False),
    Column("flag_served", Boolean, nullable=False, server_default=false()),  # sound of the flagged second was sent
)

live_watch = Table(
    "live_watch",
    metadata,
    Column("who", NAME, primary_key=True),
    Column("until", Utc, nullable=False),
)

live_board = Table(
    "live_board",
    metadata,
    Column("process", String(64), primary_key=True),
    Column("at", Utc, nullable=False),
    Column("calls", JSON, nullable=False),
)

take_over = Table(
    "take_over",
    metadata,
    call_key(),
    Column("who", NAME, nullable=False),
    Column("asked_at", Utc, nullable=False),
    Column("begun_at", Utc),
)

MADE = [correction, proposal, review_lease, review_draft, listening, live_watch, live_board, take_over]
