"""The table of daily figures: what `ivr.store.measures` counts, per day in India and district, kept for the charts."""

from sqlalchemy import Column, Float, Index, String, Table

from ivr.store.columns import metadata

daily = Table(
    "daily",
    metadata,
    Column("day", String(10), primary_key=True),  # 2026-11-22, in India
    Column("district", String(64), primary_key=True),  # "": not known
    Column("measure", String(16), primary_key=True),
    Column("part", Float, nullable=False),
    Column("whole", Float, nullable=False),
    Index("ix_daily_district", "district", "measure", "day"),
)
