"""Alerts, certificates, ratings and rumours: a copy of the tables as they were when this step was written."""

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
    LargeBinary,
    MetaData,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

revision = "0004"
down_revision = "0003"
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
HASH = String(32)
SID = String(64)


def serial_id() -> Column[Any]:
    return Column("id", Serial, primary_key=True)


def call_sid(nullable: bool) -> Column[Any]:
    return Column("call_sid", SID, ForeignKey("call.sid", ondelete="SET NULL"), nullable=nullable)


# as far as the others refer to them
Table("caller", metadata, Column("phone_hash", HASH, primary_key=True))
Table("ticket", metadata, Column("id", Serial, primary_key=True))
Table("call", metadata, Column("sid", SID, primary_key=True))

campaign = Table(
    "campaign",
    metadata,
    serial_id(),
    Column("key", String(128), nullable=False, unique=True),
    Column("name", String(120), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("district", String(64)),
    Column("texts", JSON, nullable=False),
    Column("recordings", JSON, nullable=False),
    Column("per_minute", SmallInteger, nullable=False),
    Column("tries", SmallInteger, nullable=False),
    Column("day_and_night", Boolean, nullable=False),
    Column("state", String(8), nullable=False),
    Column("reason", String(32), nullable=False, server_default=""),
    Column("run", Integer, nullable=False, server_default="0"),
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
    Column("due_at", Utc),
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
    Column("run", Integer, nullable=False),
    Column("carrier_sid", SID, unique=True),
    Column("outcome", String(24), nullable=False),
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

certificate = Table(
    "certificate",
    metadata,
    serial_id(),
    Column("key", String(128), nullable=False, unique=True),
    Column("number", String(12), nullable=False, unique=True),
    Column("code", String(20), nullable=False, unique=True),
    Column("kind", String(64), nullable=False),
    Column("initials", String(24), nullable=False),
    Column("holder_enc", LargeBinary, nullable=False),
    Column("district", String(64), nullable=False),
    Column("issued_on", String(10), nullable=False),
    Column("valid_until", String(10)),
    Column("revoked_on", String(10)),
    Column("reason", String(120), nullable=False, server_default=""),
    Column("record", Text, nullable=False),
    Column("signature", LargeBinary, nullable=False),
    Column("issued_by", String(64), nullable=False),
    Column("issued_at", Utc, nullable=False),
    Index("ix_certificate_issued", "issued_at", "id"),
    Index("ix_certificate_district", "district", "issued_at", "id"),
)

certificate_check = Table(
    "certificate_check",
    metadata,
    serial_id(),
    Column("certificate_id", Serial, ForeignKey("certificate.id", ondelete="CASCADE")),
    Column("channel", String(8), nullable=False),
    Column("result", String(12), nullable=False),
    Column("at", Utc, nullable=False),
    CheckConstraint("channel IN ('web','phone','desk')", name="channel"),
    Index("ix_certificate_check_at", "at", "result"),
    Index("ix_certificate_check_certificate", "certificate_id"),
)

rating = Table(
    "rating",
    metadata,
    serial_id(),
    Column("key", String(128), nullable=False, unique=True),
    call_sid(nullable=True),
    Column("ticket_id", Serial, ForeignKey("ticket.id", ondelete="SET NULL")),
    Column("service", String(64)),
    Column("department", String(64)),
    Column("district", String(64)),
    Column("stars", SmallInteger, nullable=False),
    Column("channel", String(8), nullable=False),
    Column("at", Utc, nullable=False),
    CheckConstraint("stars BETWEEN 1 AND 5", name="stars"),
    CheckConstraint("channel IN ('call','sms')", name="channel"),
    Index("ix_rating_at", "at", "department", "stars"),
    Index("ix_rating_call", "call_sid"),
    Index("ix_rating_ticket", "ticket_id"),
)

rumour_report = Table(
    "rumour_report",
    metadata,
    serial_id(),
    Column("key", String(128), nullable=False, unique=True),
    call_sid(nullable=True),
    Column("rumour", String(64)),
    Column("words", Text, nullable=False),
    Column("language", String(8), nullable=False),
    Column("district", String(64)),
    Column("at", Utc, nullable=False),
    Index("ix_rumour_report_at", "at", "rumour"),
)

MADE = [campaign, listener, alert_call, no_alerts, certificate, certificate_check, rating, rumour_report]
