"""Tables of reviewing: who looks at which call, what was corrected, what that suggests; and calls that go on.

A correction is never changed but for being taken back; words of callers in them go with their call.
"""

from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
)

from ivr.store.columns import SID, Serial, Utc, call_sid, metadata, serial_id

_NAME = String(32)  # of a user


def _call_key() -> Column[str]:
    return Column("call_sid", SID, ForeignKey("call.sid", ondelete="CASCADE"), primary_key=True)


correction = Table(
    "correction",
    metadata,
    serial_id(),
    call_sid(),
    Column("turn_n", Integer, nullable=False),
    Column("kind", String(12), nullable=False),
    Column("value", Text, nullable=False, server_default=""),  # a service's id, or the words
    Column("note", Text, nullable=False, server_default=""),
    Column("who", _NAME, nullable=False),
    Column("at", Utc, nullable=False),
    Column("heard_ms", Integer, nullable=False),  # of the span in question, before the correction was saved
    Column("undone_by", _NAME),
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
    Column("decided_by", _NAME),
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
    _call_key(),
    Column("who", _NAME, nullable=False),
    Column("until", Utc, nullable=False),
)

review_draft = Table(
    "review_draft",
    metadata,
    _call_key(),
    Column("who", _NAME, primary_key=True),
    Column("turn_n", Integer, primary_key=True),
    Column("text", Text, nullable=False),
    Column("at", Utc, nullable=False),
)

listening = Table(
    "listening",
    metadata,
    _call_key(),
    Column("who", _NAME, primary_key=True),
    Column("opened_at", Utc, nullable=False),
    Column("last_at", Utc, nullable=False),
    Column("flag_served", Boolean, nullable=False, server_default=false()),  # sound of the flagged second was sent
)

live_watch = Table(
    "live_watch",
    metadata,
    Column("who", _NAME, primary_key=True),
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
    _call_key(),
    Column("who", _NAME, nullable=False),
    Column("asked_at", Utc, nullable=False),
    Column("begun_at", Utc),
    Column("number_enc", LargeBinary),  # of the telephone to ring, sealed
    Index("ix_take_over_who", "who", "asked_at"),
)

live_listener = Table(
    "live_listener",
    metadata,
    _call_key(),
    Column("who", _NAME, primary_key=True),
    Column("reason", Text, nullable=False),
    Column("at", Utc, nullable=False),
)
