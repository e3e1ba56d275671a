"""What the desk changed of responders, and how each was before: what an undo needs."""

from sqlalchemy import JSON, Column, ForeignKey, Index, String, Table

from ivr.store.columns import Serial, Utc, metadata, serial_id

responder_change = Table(
    "responder_change",
    metadata,
    serial_id(),
    Column("batch", String(32), nullable=False),  # one command, however many responders it touched
    Column("responder_id", Serial, ForeignKey("responder.id", ondelete="CASCADE"), nullable=False),
    Column("at", Utc, nullable=False),
    Column("before", JSON(none_as_null=True)),  # none: there was no such responder
    Column("undone_at", Utc),
    Index("ix_responder_change_batch", "batch", "id"),
    Index("ix_responder_change_responder", "responder_id"),
)
