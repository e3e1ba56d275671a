"""Tables of complaints: officers' posts, tickets, their trail, claims beside the citizen's answers, acts on many.

`ivr.desk.rules` says what the columns mean and how they change. A citizen's words are in `ticket.words`,
`ticket.search_text`, `ticket_event.note` (of a reply), `ticket_claim.words` and its recording, and go when purged.
"""

from sqlalchemy import (
    JSON,
    VARCHAR,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
    true,
)

from ivr.store.columns import Serial, Utc, call_sid, caller_hash, metadata, serial_id

# compared sign by sign, so that all places below one stand together in the index
PLACE = String(160).with_variant(VARCHAR(160, collation="C"), "postgresql")
_UNCLOSED = text("state<>'closed'")
_SAID_NO = text("reopened>0 AND state<>'closed'")
_CLOSED = text("state='closed'")
_TIMED = text("next_escalation_at IS NOT NULL")

officer = Table(
    "officer",
    metadata,
    serial_id(),
    Column("key", String(64), nullable=False, unique=True),  # of the post, as in the imported file
    Column("level", SmallInteger, nullable=False),
    Column("role", String(96), nullable=False),
    Column("department", String(64), nullable=False, server_default=""),  # "": all
    Column("place_path", PLACE, nullable=False, server_default=""),
    Column("name", String(96), nullable=False, server_default=""),  # of the holder; "": vacant
    caller_hash(),  # the holder's telephone
    Column("language", String(8)),
    Column("user_name", String(32)),  # in the console
    Column("active", Boolean, nullable=False, server_default=true()),
    Column("changed_at", Utc, nullable=False),
    Index("ix_officer_duty", "level", "department", "place_path"),
    Index("ix_officer_caller", "caller_hash"),
    Index("ix_officer_user", "user_name"),
)

ticket = Table(
    "ticket",
    metadata,
    serial_id(),
    Column("number", String(12), nullable=False, unique=True),
    Column("key", String(128), nullable=False, unique=True),  # of the command that opened it
    call_sid(nullable=True),
    caller_hash(),
    Column("service", String(64), nullable=False),
    Column("department", String(64), nullable=False),
    Column("district", String(64)),
    Column("language", String(8), nullable=False),
    Column("words", Text, nullable=False),
    Column("state", String(16), nullable=False),
    Column("level", SmallInteger, nullable=False, server_default="0"),
    Column("opened_at", Utc, nullable=False),
    Column("due_at", Utc),  # the day told to the citizen, none where the catalogue has none
    Column("closed_at", Utc),
    Column("version", Integer, nullable=False, server_default="1"),
    Column("kind", String(16), nullable=False, server_default="normal"),
    Column("place_path", PLACE, nullable=False, server_default=""),
    Column("officer_id", Serial),  # posts are retired, never deleted
    # none of the three is null in a ticket opened since there are deadlines
    Column("solve_by", Utc),
    Column("level_at", Utc),
    Column("late_at", Utc),
    Column("next_escalation_at", Utc),
    Column("acknowledged_at", Utc),
    Column("answered_at", Utc),
    Column("claimed_at", Utc),
    Column("pause_until", Utc),
    Column("pause_reason", String(16)),
    Column("paused_s", Integer, nullable=False, server_default="0"),
    Column("repeated_at", Utc),
    Column("raised", SmallInteger, nullable=False, server_default="0"),
    Column("reopened", SmallInteger, nullable=False, server_default="0"),
    Column("rounds", SmallInteger, nullable=False, server_default="0"),
    Column("rating", SmallInteger),
    Column("search_text", Text, nullable=False, server_default=""),
    Index("ix_ticket_late", "late_at", "id", sqlite_where=_UNCLOSED, postgresql_where=_UNCLOSED),
    Index("ix_ticket_late_district", "district", "late_at", "id", sqlite_where=_UNCLOSED, postgresql_where=_UNCLOSED),
    Index("ix_ticket_late_officer", "officer_id", "late_at", "id", sqlite_where=_UNCLOSED, postgresql_where=_UNCLOSED),
    Index("ix_ticket_late_place", "place_path", "late_at", "id", sqlite_where=_UNCLOSED, postgresql_where=_UNCLOSED),
    # the rare ones among many open: without these, counting them reads every open ticket
    Index("ix_ticket_state", "state", "late_at", "id", sqlite_where=_UNCLOSED, postgresql_where=_UNCLOSED),
    Index("ix_ticket_said_no", "late_at", "id", sqlite_where=_SAID_NO, postgresql_where=_SAID_NO),
    Index("ix_ticket_closed", "closed_at", "id", sqlite_where=_CLOSED, postgresql_where=_CLOSED),
    Index("ix_ticket_next", "next_escalation_at", "id", sqlite_where=_TIMED, postgresql_where=_TIMED),
    Index("ix_ticket_opened", "opened_at", "id"),
    Index("ix_ticket_caller", "caller_hash", "opened_at"),
    Index("ix_ticket_call", "call_sid"),
)

ticket_event = Table(
    "ticket_event",
    metadata,
    serial_id(),
    Column("ticket_id", Serial, ForeignKey("ticket.id", ondelete="CASCADE"), nullable=False),
    Column("at", Utc, nullable=False),
    Column("actor", String(64), nullable=False),  # citizen, system or a user's name
    Column("kind", String(32), nullable=False),
    Column("state", String(16), nullable=False),  # after the event
    Column("note", Text, nullable=False, server_default=""),
    Column("version", Integer),  # of the ticket after the event
    Column("key", String(128)),  # of the command; the same key never acts twice
    Column("detail", JSON(none_as_null=True)),  # codes, days, levels and officers; never words
    Column("before", JSON(none_as_null=True)),  # what an undo puts back
    Column("undoes", Serial),  # the event that this one takes back
    Index("ix_ticket_event_ticket", "ticket_id", "id"),
    Index("ix_ticket_event_key", "key", unique=True),
    Index("ix_ticket_event_raised", "at", sqlite_where=text("kind='raise'"), postgresql_where=text("kind='raise'")),
    Index("ix_ticket_event_undoes", "undoes", sqlite_where=text("undoes IS NOT NULL"),
          postgresql_where=text("undoes IS NOT NULL")),
)  # fmt: skip

ticket_claim = Table(
    "ticket_claim",
    metadata,
    serial_id(),
    Column("ticket_id", Serial, ForeignKey("ticket.id", ondelete="CASCADE"), nullable=False),
    Column("event_id", Serial, nullable=False, unique=True),
    Column("at", Utc, nullable=False),
    Column("officer_id", Serial),
    Column("actor", String(64), nullable=False),
    Column("note", Text, nullable=False),
    Column("photo", String(255), nullable=False),  # below the data folder
    Column("photo_at", Utc),  # what the camera wrote into it, if it did
    Column("photo_place", String(64)),
    Column("answer", String(8)),  # yes, no, none (not reached); null: not asked to the end
    Column("answered_at", Utc),
    Column("via", String(8)),  # call, sms, page, desk
    call_sid(nullable=True),  # in which the citizen answered
    Column("words", Text, nullable=False, server_default=""),
    Column("tries", SmallInteger, nullable=False, server_default="0"),
    Index("ix_ticket_claim_ticket", "ticket_id", "id"),
    Index("ix_ticket_claim_officer", "officer_id", "at"),
    Index("ix_ticket_claim_call", "call_sid"),
)

ticket_bulk = Table(
    "ticket_bulk",
    metadata,
    serial_id(),
    Column("actor", String(64), nullable=False),
    Column("officer_id", Serial),
    Column("deed", JSON, nullable=False),
    Column("state", String(8), nullable=False),  # preview, running, done
    Column("made_at", Utc, nullable=False),
    Column("begun_at", Utc),
    Column("ended_at", Utc),
)

ticket_bulk_item = Table(
    "ticket_bulk_item",
    metadata,
    serial_id(),
    Column("bulk_id", Serial, ForeignKey("ticket_bulk.id", ondelete="CASCADE"), nullable=False),
    Column("ticket_id", Serial, ForeignKey("ticket.id", ondelete="CASCADE"), nullable=False),
    Column("version", Integer, nullable=False),
    Column("result", String(24)),  # null: to be done; ok, or why not
    UniqueConstraint("bulk_id", "ticket_id"),
    Index("ix_ticket_bulk_item_ticket", "ticket_id"),
)
