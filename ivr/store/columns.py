"""Columns that several tables have, and how times are kept. The tables stand in `schema`."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BigInteger, Column, DateTime, Dialect, ForeignKey, Integer, MetaData, String, TypeDecorator


class Utc(TypeDecorator[datetime]):
    """An aware time, kept in UTC; SQLite has no zones, so it gets plain UTC and they are put back when read."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("times need a zone")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)
Serial = BigInteger().with_variant(Integer, "sqlite")
HASH = String(32)
SID = String(64)


def serial_id() -> Column[Any]:
    return Column("id", Serial, primary_key=True)


def call_sid(nullable: bool = False) -> Column[Any]:
    # what a call led to outlives it; what it consists of goes with it
    kept = "SET NULL" if nullable else "CASCADE"
    return Column("call_sid", SID, ForeignKey("call.sid", ondelete=kept), nullable=nullable)


def caller_hash() -> Column[Any]:
    return Column("caller_hash", HASH, ForeignKey("caller.phone_hash", ondelete="SET NULL"))
