"""Relief: a copy of the tables as they were when this step was written."""

from typing import Any

from alembic import op
from sqlalchemy import (
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
    UniqueConstraint,
    text,
)

revision = "0003"
down_revision = "0002"
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


def caller_hash() -> Column[Any]:
    return Column("caller_hash", HASH, ForeignKey("caller.phone_hash", ondelete="SET NULL"))


# as far as the others refer to them
Table("caller", metadata, Column("phone_hash", HASH, primary_key=True))
Table("ticket", metadata, Column("id", Serial, primary_key=True))

responder = Table(
    "responder",
    metadata,
    serial_id(),
    Column("caller_hash", HASH, ForeignKey("caller.phone_hash", ondelete="CASCADE"), nullable=False, unique=True),
    Column("kind", String(12), nullable=False),
    Column("name", String(80), nullable=False, server_default=""),
    Column("district", String(64), nullable=False),
    Column("area", String(16), nullable=False, server_default=""),
    Column("language", String(8), nullable=False),
    Column("by_call", Boolean, nullable=False),
    Column("at_once", SmallInteger, nullable=False),
    Column("state", String(8), nullable=False),
    Column("registered_by", String(64), nullable=False),
    Column("registered_at", Utc, nullable=False),
    CheckConstraint("state IN ('active','paused')", name="state"),
    Index("ix_responder_place", "district", "area", "id"),
)

stock = Table(
    "stock",
    metadata,
    Column("responder_id", Serial, ForeignKey("responder.id", ondelete="CASCADE"), primary_key=True),
    Column("item", String(12), primary_key=True),
    Column("detail", String(16), primary_key=True),
    Column("quantity", Integer),
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
    Column("ring_at", Utc, nullable=False),
    Column("opened_at", Utc, nullable=False),
    Column("turn_at", Utc),
    Column("responder_id", Serial, ForeignKey("responder.id", ondelete="SET NULL")),
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
    Column("key", SmallInteger, nullable=False),
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
    Column("actor", String(64), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("note", String(200), nullable=False, server_default=""),
    Index("ix_relief_event_request", "request_id", "id"),
)

MADE = [responder, stock, relief_request, relief_offer, relief_event]
