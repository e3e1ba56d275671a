"""Tables of relief: who can bring what, who needs what, who was asked, and the trail of each request.

Numbers of responders and citizens are only in `caller`. A request's code is kept as keyed hash to compare and sealed to
be told again.
"""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    String,
    Table,
    UniqueConstraint,
    text,
)

from ivr.store.columns import HASH, Serial, Utc, caller_hash, metadata, serial_id

responder = Table(
    "responder",
    metadata,
    serial_id(),
    Column("caller_hash", HASH, ForeignKey("caller.phone_hash", ondelete="CASCADE"), nullable=False, unique=True),
    Column("kind", String(12), nullable=False),
    Column("name", String(80), nullable=False, server_default=""),
    Column("district", String(64), nullable=False),
    Column("area", String(16), nullable=False, server_default=""),  # PIN code; "" not known
    Column("language", String(8), nullable=False),
    Column("by_call", Boolean, nullable=False),  # asked by a call, else by SMS
    Column("at_once", SmallInteger, nullable=False),  # how much may be in hand at a time
    Column("state", String(8), nullable=False),
    Column("registered_by", String(64), nullable=False),  # "telephone" or a user's name
    Column("registered_at", Utc, nullable=False),
    CheckConstraint("state IN ('active','paused')", name="state"),
    Index("ix_responder_place", "district", "area", "id"),
)

stock = Table(
    "stock",
    metadata,
    Column("responder_id", Serial, ForeignKey("responder.id", ondelete="CASCADE"), primary_key=True),
    Column("item", String(12), primary_key=True),
    Column("detail", String(16), primary_key=True),  # a blood group; "" any
    Column("quantity", Integer),  # none: no limit known
    Column("changed_at", Utc, nullable=False),
    CheckConstraint("quantity >= 0", name="quantity"),
    Index("ix_stock_item", "item", "responder_id"),
)

relief_request = Table(
    "relief_request",
    metadata,
    serial_id(),
    Column("ticket_id", Serial, ForeignKey("ticket.id", ondelete="CASCADE"), nullable=False, unique=True),
    caller_hash(),
    Column("item", String(12), nullable=False),
    Column("detail", String(16), nullable=False, server_default=""),
    Column("quantity", SmallInteger, nullable=False, server_default="1"),
    Column("district", String(64), nullable=False),
    Column("area", String(16), nullable=False, server_default=""),
    Column("language", String(8), nullable=False),
    Column("state", String(12), nullable=False),
    Column("ring", SmallInteger, nullable=False),
    Column("ring_at", Utc, nullable=False),  # since when in this ring
    Column("opened_at", Utc, nullable=False),
    Column("turn_at", Utc),  # when its area had its last turn by this request
    Column("responder_id", Serial, ForeignKey("responder.id", ondelete="SET NULL")),  # who has claimed it
    Column("claimed_at", Utc),
    Column("delivered_at", Utc),
    Column("ended_at", Utc),
    Column("code_hash", HASH, nullable=False),
    Column("code_enc", LargeBinary, nullable=False),
    Column("code_tries", SmallInteger, nullable=False, server_default="0"),
    CheckConstraint("state IN ('waiting','claimed','delivered','confirmed','desk','cancelled')", name="state"),
    Index("ix_relief_waiting", "district", "item", "opened_at", "id", sqlite_where=text("state='waiting'"),
          postgresql_where=text("state='waiting'")),
    Index("ix_relief_turn", "district", "item", "area", "turn_at"),
    Index("ix_relief_opened", "district", "opened_at"),
    Index("ix_relief_caller", "caller_hash", "opened_at"),
    Index("ix_relief_responder", "responder_id", "state"),
)  # fmt: skip

relief_offer = Table(
    "relief_offer",
    metadata,
    serial_id(),
    Column("request_id", Serial, ForeignKey("relief_request.id", ondelete="CASCADE"), nullable=False),
    Column("responder_id", Serial, ForeignKey("responder.id", ondelete="CASCADE"), nullable=False),
    Column("key", SmallInteger, nullable=False),  # 1 to 9, what the responder sends or presses
    Column("ring", SmallInteger, nullable=False),
    Column("state", String(12), nullable=False),
    Column("offered_at", Utc, nullable=False),
    Column("state_at", Utc, nullable=False),
    UniqueConstraint("request_id", "responder_id"),
    CheckConstraint("state IN ('open','claimed','declined','unanswered','withdrawn','given_back')", name="state"),
    Index("ix_relief_offer_open", "responder_id", "key", unique=True, sqlite_where=text("state='open'"),
          postgresql_where=text("state='open'")),
)  # fmt: skip

relief_event = Table(
    "relief_event",
    metadata,
    serial_id(),
    Column("request_id", Serial, ForeignKey("relief_request.id", ondelete="CASCADE"), nullable=False),
    Column("at", Utc, nullable=False),
    Column("actor", String(64), nullable=False),  # citizen, system, responder:<id> or a user's name
    Column("kind", String(16), nullable=False),
    Column("note", String(200), nullable=False, server_default=""),
    Index("ix_relief_event_request", "request_id", "id"),
)
