"""Tables of alerts: campaigns, whom they are to reach, every call they made, and who wants no such calls."""

from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    SmallInteger,
    String,
    Table,
    UniqueConstraint,
    text,
)

from ivr.store.columns import HASH, SID, Serial, Utc, metadata, serial_id

campaign = Table(
    "campaign",
    metadata,
    serial_id(),
    Column("key", String(128), nullable=False, unique=True),
    Column("name", String(120), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("district", String(64)),  # none: a list
    Column("texts", JSON, nullable=False),  # language -> what is said
    Column("recordings", JSON, nullable=False),  # language -> file below the data folder
    Column("per_minute", SmallInteger, nullable=False),
    Column("tries", SmallInteger, nullable=False),
    Column("day_and_night", Boolean, nullable=False),
    Column("state", String(8), nullable=False),
    Column("reason", String(32), nullable=False, server_default=""),  # why it is paused
    Column("run", Integer, nullable=False, server_default="0"),  # counts starts and resumptions: fences old steps
    Column("made_by", String(64), nullable=False),
    Column("made_at", Utc, nullable=False),
    Column("started_at", Utc),
    Column("state_at", Utc, nullable=False),
    CheckConstraint("state IN ('running','paused','done','stopped')", name="state"),
    Index("ix_campaign_made", "made_at", "id"),
)

listener = Table(
    "listener",
    metadata,
    serial_id(),
    Column("campaign_id", Serial, ForeignKey("campaign.id", ondelete="CASCADE"), nullable=False),
    Column("caller_hash", HASH, ForeignKey("caller.phone_hash", ondelete="CASCADE"), nullable=False),
    Column("language", String(8), nullable=False),
    Column("state", String(12), nullable=False),
    Column("tries", SmallInteger, nullable=False, server_default="0"),
    Column("due_at", Utc),  # while it waits
    Column("state_at", Utc, nullable=False),
    UniqueConstraint("campaign_id", "caller_hash"),
    CheckConstraint(
        "state IN ('waiting','queued','ringing','heard','acknowledged','opted_out','unreached','skipped')",
        name="state",
    ),
    Index("ix_listener_due", "campaign_id", "due_at", "id", sqlite_where=text("state='waiting'"),
          postgresql_where=text("state='waiting'")),
    Index("ix_listener_state", "campaign_id", "state"),
)  # fmt: skip

alert_call = Table(
    "alert_call",
    metadata,
    serial_id(),
    Column("campaign_id", Serial, ForeignKey("campaign.id", ondelete="CASCADE"), nullable=False),
    Column("listener_id", Serial, ForeignKey("listener.id", ondelete="CASCADE"), nullable=False),
    Column("run", Integer, nullable=False),  # of the campaign, when it was placed
    Column("carrier_sid", SID, unique=True),
    Column("outcome", String(24), nullable=False),  # ringing, answered, busy, no-answer, canceled, failed, or a code
    Column("carrier_failed", Boolean, nullable=False),
    Column("placed_at", Utc, nullable=False),
    Column("ended_at", Utc),
    Index("ix_alert_call_campaign", "campaign_id", "run", "id"),
    Index("ix_alert_call_placed", "campaign_id", "placed_at"),
    Index("ix_alert_call_listener", "listener_id", "id"),
)

no_alerts = Table(
    "no_alerts",
    metadata,
    Column("caller_hash", HASH, ForeignKey("caller.phone_hash", ondelete="CASCADE"), primary_key=True),
    Column("at", Utc, nullable=False),
)
