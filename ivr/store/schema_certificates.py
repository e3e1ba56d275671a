"""Tables of certificates: signed records, and the checks that were asked for. A holder's name is only sealed here."""

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, LargeBinary, String, Table, Text

from ivr.store.columns import Serial, Utc, metadata, serial_id

certificate = Table(
    "certificate",
    metadata,
    serial_id(),
    Column("key", String(128), nullable=False, unique=True),
    Column("number", String(12), nullable=False, unique=True),
    Column("code", String(20), nullable=False, unique=True),
    Column("kind", String(64), nullable=False),  # a service of the catalogue
    Column("initials", String(24), nullable=False),
    Column("holder_enc", LargeBinary, nullable=False),
    Column("district", String(64), nullable=False),
    Column("issued_on", String(10), nullable=False),  # ISO days
    Column("valid_until", String(10)),
    Column("revoked_on", String(10)),
    Column("reason", String(120), nullable=False, server_default=""),
    Column("record", Text, nullable=False),  # what is signed, byte for byte
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
