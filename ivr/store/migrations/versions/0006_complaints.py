"""Officers' posts, deadlines, claims with the citizen's answers, acts on many tickets."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

SERIAL = sa.BigInteger().with_variant(sa.Integer, "sqlite")
PLACE = sa.String(160).with_variant(sa.VARCHAR(160, collation="C"), "postgresql")
UNCLOSED = sa.text("state<>'closed'")
TIMES = ("solve_by", "level_at", "late_at", "next_escalation_at", "acknowledged_at", "answered_at", "claimed_at",
         "pause_until", "repeated_at")  # fmt: skip
OTHERS = ("officer_id", "kind", "place_path", "pause_reason", "paused_s", "rating", "search_text")
COUNTS = ("raised", "reopened", "rounds")
INDEXES = {
    "ix_ticket_late": ["late_at", "id"],
    "ix_ticket_late_district": ["district", "late_at", "id"],
    "ix_ticket_late_officer": ["officer_id", "late_at", "id"],
    "ix_ticket_late_place": ["place_path", "late_at", "id"],
}


def upgrade() -> None:
    _officer()
    _ticket()
    _event()
    _claim()
    _bulk()


def downgrade() -> None:
    for table in ("ticket_bulk_item", "ticket_bulk", "ticket_claim"):
        op.drop_table(table)
    for name in ("ix_ticket_event_key", "ix_ticket_event_undoes"):
        op.drop_index(name)
    for name in ("version", "key", "detail", "before", "undoes"):
        op.drop_column("ticket_event", name)
    for name in (*INDEXES, "ix_ticket_closed", "ix_ticket_next", "ix_ticket_opened"):
        op.drop_index(name)
    for name in (
        "officer_id",
        *TIMES,
        *COUNTS,
        "kind",
        "place_path",
        "pause_reason",
        "paused_s",
        "rating",
        "search_text",
    ):
        op.drop_column("ticket", name)
    _partial("ix_ticket_due", ["due_at", "id"], UNCLOSED)
    _partial("ix_ticket_due_district", ["district", "due_at", "id"], UNCLOSED)
    op.drop_table("officer")


def _at(name: str, nullable: bool = True) -> sa.Column[Any]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _partial(name: str, columns: list[str], where: sa.TextClause) -> None:
    op.create_index(name, "ticket", columns, sqlite_where=where, postgresql_where=where)


def _officer() -> None:
    op.create_table(
        "officer",
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("level", sa.SmallInteger(), nullable=False),
        sa.Column("role", sa.String(96), nullable=False),
        sa.Column("department", sa.String(64), nullable=False, server_default=""),
        sa.Column("place_path", PLACE, nullable=False, server_default=""),
        sa.Column("name", sa.String(96), nullable=False, server_default=""),
        sa.Column("caller_hash", sa.String(32)),
        sa.Column("language", sa.String(8)),
        sa.Column("user_name", sa.String(32)),
        sa.Column("active", sa.Boolean(), nullable=False, server_default=sa.true()),
        _at("changed_at", nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_officer"),
        sa.UniqueConstraint("key", name="uq_officer_key"),
        sa.ForeignKeyConstraint(
            ["caller_hash"], ["caller.phone_hash"], name="fk_officer_caller_hash", ondelete="SET NULL"
        ),
    )
    op.create_index("ix_officer_duty", "officer", ["level", "department", "place_path"])
    op.create_index("ix_officer_caller", "officer", ["caller_hash"])
    op.create_index("ix_officer_user", "officer", ["user_name"])


def _ticket() -> None:
    for name in TIMES:
        op.add_column("ticket", _at(name))
    for name in COUNTS:
        op.add_column("ticket", sa.Column(name, sa.SmallInteger(), nullable=False, server_default="0"))
    op.add_column("ticket", sa.Column("kind", sa.String(16), nullable=False, server_default="normal"))
    op.add_column("ticket", sa.Column("place_path", PLACE, nullable=False, server_default=""))
    op.add_column("ticket", sa.Column("pause_reason", sa.String(16)))
    op.add_column("ticket", sa.Column("paused_s", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("ticket", sa.Column("rating", sa.SmallInteger()))
    op.add_column("ticket", sa.Column("search_text", sa.Text(), nullable=False, server_default=""))
    op.add_column("ticket", sa.Column("officer_id", SERIAL))
    # tickets of before: looked at by the clock at the day that was promised, at once where none was
    op.execute(
        "UPDATE ticket SET solve_by = coalesce(due_at, opened_at), late_at = coalesce(due_at, opened_at),"
        " level_at = opened_at,"
        " next_escalation_at = CASE WHEN state = 'closed' THEN NULL ELSE coalesce(due_at, opened_at) END"
    )
    op.drop_index("ix_ticket_due")
    op.drop_index("ix_ticket_due_district")
    for name, columns in INDEXES.items():
        _partial(name, columns, UNCLOSED)
    _partial("ix_ticket_closed", ["closed_at", "id"], sa.text("state='closed'"))
    _partial("ix_ticket_next", ["next_escalation_at", "id"], sa.text("next_escalation_at IS NOT NULL"))
    op.create_index("ix_ticket_opened", "ticket", ["opened_at", "id"])


def _event() -> None:
    op.add_column("ticket_event", sa.Column("version", sa.Integer()))
    op.add_column("ticket_event", sa.Column("key", sa.String(128)))
    op.add_column("ticket_event", sa.Column("detail", sa.JSON()))
    op.add_column("ticket_event", sa.Column("before", sa.JSON()))
    op.add_column("ticket_event", sa.Column("undoes", SERIAL))
    op.create_index("ix_ticket_event_key", "ticket_event", ["key"], unique=True)
    undone = sa.text("undoes IS NOT NULL")
    op.create_index("ix_ticket_event_undoes", "ticket_event", ["undoes"], sqlite_where=undone, postgresql_where=undone)


def _claim() -> None:
    op.create_table(
        "ticket_claim",
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("ticket_id", SERIAL, nullable=False),
        sa.Column("event_id", SERIAL, nullable=False),
        _at("at", nullable=False),
        sa.Column("officer_id", SERIAL),
        sa.Column("actor", sa.String(64), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("photo", sa.String(255), nullable=False),
        _at("photo_at"),
        sa.Column("photo_place", sa.String(64)),
        sa.Column("answer", sa.String(8)),
        _at("answered_at"),
        sa.Column("via", sa.String(8)),
        sa.Column("call_sid", sa.String(64)),
        sa.Column("words", sa.Text(), nullable=False, server_default=""),
        sa.Column("tries", sa.SmallInteger(), nullable=False, server_default="0"),
        sa.PrimaryKeyConstraint("id", name="pk_ticket_claim"),
        sa.UniqueConstraint("event_id", name="uq_ticket_claim_event_id"),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name="fk_ticket_claim_ticket_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["call_sid"], ["call.sid"], name="fk_ticket_claim_call_sid", ondelete="SET NULL"),
    )
    op.create_index("ix_ticket_claim_ticket", "ticket_claim", ["ticket_id", "id"])
    op.create_index("ix_ticket_claim_officer", "ticket_claim", ["officer_id", "at"])
    op.create_index("ix_ticket_claim_call", "ticket_claim", ["call_sid"])


def _bulk() -> None:
    op.create_table(
        "ticket_bulk",
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("actor", sa.String(64), nullable=False),
        sa.Column("officer_id", SERIAL),
        sa.Column("deed", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        _at("made_at", nullable=False),
        _at("begun_at"),
        _at("ended_at"),
        sa.PrimaryKeyConstraint("id", name="pk_ticket_bulk"),
    )
    op.create_table(
        "ticket_bulk_item",
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("bulk_id", SERIAL, nullable=False),
        sa.Column("ticket_id", SERIAL, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("result", sa.String(24)),
        sa.PrimaryKeyConstraint("id", name="pk_ticket_bulk_item"),
        sa.UniqueConstraint("bulk_id", "ticket_id", name="uq_ticket_bulk_item_bulk_id_ticket_id"),
        sa.ForeignKeyConstraint(
            ["bulk_id"], ["ticket_bulk.id"], name="fk_ticket_bulk_item_bulk_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name="fk_ticket_bulk_item_ticket_id", ondelete="CASCADE"),
    )
    op.create_index("ix_ticket_bulk_item_ticket", "ticket_bulk_item", ["ticket_id"])
