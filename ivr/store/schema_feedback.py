"""Tables of what citizens think and hear: ratings, and rumours that were asked about."""

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, SmallInteger, String, Table, Text

from ivr.store.columns import Serial, Utc, call_sid, metadata, serial_id

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
    Column("rumour", String(64)),  # of grammars/rumours.yaml; none: not in the list yet
    Column("words", Text, nullable=False),
    Column("language", String(8), nullable=False),
    Column("district", String(64)),
    Column("at", Utc, nullable=False),
    Index("ix_rumour_report_at", "at", "rumour"),
)
