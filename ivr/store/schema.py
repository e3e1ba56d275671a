"""The tables. What stands in `migrations/` must give exactly these (a test compares).

Times are UTC. Numbers of callers are only in `caller.phone_enc` and `sms.to_enc`, sealed; everything else points to a
caller by keyed hash. Words of callers are in `turn`, `ticket.words` and `call.session`, and go when they are purged.
"""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
    text,
)

from ivr.store import schema_console as schema_console
from ivr.store.columns import HASH, SID, Serial, Utc, call_sid, caller_hash, serial_id
from ivr.store.columns import metadata as metadata
from ivr.store.schema_alerts import campaign as campaign
from ivr.store.schema_certificates import certificate as certificate
from ivr.store.schema_daily import daily as daily
from ivr.store.schema_enrolment import responder_change as responder_change
from ivr.store.schema_feedback import rating as rating
from ivr.store.schema_relief import responder as responder
from ivr.store.schema_review import correction as correction
from ivr.store.schema_tickets import ticket as ticket
from ivr.store.schema_tickets import ticket_event as ticket_event

caller = Table(
    "caller",
    metadata,
    Column("phone_hash", HASH, primary_key=True),
    Column("phone_enc", LargeBinary, nullable=False),
    Column("last4", String(4), nullable=False),
    Column("sms_capable", Boolean, nullable=False),
    Column("language", String(8)),
    Column("first_at", Utc, nullable=False),
    Column("last_at", Utc, nullable=False),
    Column("sms_stopped_at", Utc),
    Column("shared", Boolean, nullable=False, server_default=false()),  # several people use this telephone
)

call = Table(
    "call",
    metadata,
    Column("sid", SID, primary_key=True),
    caller_hash(),
    Column("started_at", Utc, nullable=False),
    Column("ended_at", Utc),
    Column("language", String(8)),
    Column("district", String(64)),
    Column("service", String(64)),
    Column("disposition", String(24)),
    Column("consent_at", Utc),
    Column("session", Text),  # JSON of the dialogue's session at the last wait
    Column("session_at", Utc),
    Column("waits", Integer, nullable=False, server_default="0"),
    Column("resumed_by", SID),  # the later call that goes on with this session
    Column("flag_state", SmallInteger, nullable=False, server_default="0"),  # 0 none, 1 to review, 2 reviewed
    Column("flag_rank", SmallInteger),  # 1 worst
    Column("flag_at_ms", Integer),
    Column("flag_kind", String(32)),
    Index("ix_call_flagged", "flag_rank", "started_at", "sid", sqlite_where=text("flag_state=1"),
          postgresql_where=text("flag_state=1")),
    Index("ix_call_flagged_district", "district", "flag_rank", "started_at", "sid",
          sqlite_where=text("flag_state=1"), postgresql_where=text("flag_state=1")),
    Index("ix_call_caller", "caller_hash", "started_at"),
    Index("ix_call_district", "district", "started_at", "disposition", "language"),
    Index("ix_call_started", "started_at"),
)  # fmt: skip

turn = Table(
    "turn",
    metadata,
    serial_id(),
    call_sid(),
    Column("n", Integer, nullable=False),
    Column("side", String(8), nullable=False),
    Column("start_ms", Integer, nullable=False),  # recording time
    Column("end_ms", Integer),
    Column("prompt", String(64)),
    Column("heard_ms", Integer),  # how much of the prompt was played, from marks
    Column("text", Text),
    Column("words", JSON(none_as_null=True)),  # [[word, start_ms, end_ms, confidence], ...]
    Column("nbest", JSON(none_as_null=True)),
    Column("free_pass", Text),
    Column("service", String(64)),
    Column("runner_up", String(64)),
    Column("score", Float),
    Column("margin", Float),
    Column("decision", Text),
    Column("asked", String(12)),  # what the caller was asked
    Column("band", String(8)),
    Column("agreed", Boolean),  # whether grammar pass and free pass heard the same
    Column("reply_ms", Integer),  # end of speech to first audio of the reply
    UniqueConstraint("call_sid", "n"),
    CheckConstraint("side IN ('caller','prompt','note')", name="side"),
)

flag = Table(
    "flag",
    metadata,
    serial_id(),
    call_sid(),
    Column("at_ms", Integer, nullable=False),
    Column("end_ms", Integer),
    Column("kind", String(32), nullable=False),
    Column("rank", SmallInteger, nullable=False),
    Column("detail", Text, nullable=False, server_default=""),
    Index("ix_flag_call", "call_sid"),
)

recording = Table(
    "recording",
    metadata,
    serial_id(),
    call_sid(),
    Column("kind", String(12), nullable=False),
    Column("path", String(255), nullable=False, unique=True),  # below the data folder
    Column("codec", String(12), nullable=False),
    Column("rate_hz", Integer, nullable=False),
    Column("channels", SmallInteger, nullable=False),
    Column("bytes", BigInteger, nullable=False),
    Column("duration_ms", Integer, nullable=False),
    Column("made_at", Utc, nullable=False),
    Column("purge_at", Utc, nullable=False),
    Index("ix_recording_call", "call_sid"),
    Index("ix_recording_purge", "purge_at"),
)

sms = Table(
    "sms",
    metadata,
    serial_id(),
    Column("key", String(128), nullable=False, unique=True),
    call_sid(nullable=True),
    Column("ticket_id", Serial, ForeignKey("ticket.id", ondelete="SET NULL")),
    caller_hash(),
    Column("to_enc", LargeBinary),  # none where there was no number to send to
    Column("template", String(64), nullable=False),
    Column("language", String(8), nullable=False),
    Column("body", Text, nullable=False),
    Column("segments", SmallInteger, nullable=False),
    Column("state", String(12), nullable=False),
    Column("reason", String(64)),  # of skipped and failed
    Column("carrier_sid", SID, unique=True),
    Column("attempts", SmallInteger, nullable=False, server_default="0"),
    Column("queued_at", Utc, nullable=False),
    Column("sent_at", Utc),
    Column("state_at", Utc, nullable=False),
    Index("ix_sms_caller", "caller_hash", "queued_at"),
    Index("ix_sms_call", "call_sid"),
    Index("ix_sms_ticket", "ticket_id"),
    Index("ix_sms_state", "state", "state_at"),
)

link = Table(
    "link",
    metadata,
    Column("code", String(16), primary_key=True),
    Column("service", String(64)),
    Column("ticket_id", Serial, ForeignKey("ticket.id", ondelete="CASCADE")),
    call_sid(nullable=True),
    Column("language", String(8), nullable=False),
    Column("made_at", Utc, nullable=False),
    Column("expires_at", Utc, nullable=False),
    Column("first_opened_at", Utc),
    Column("opened", Integer, nullable=False, server_default="0"),
    Index("ix_link_ticket", "ticket_id"),
    Index("ix_link_call", "call_sid"),
)

job = Table(
    "job",
    metadata,
    serial_id(),
    Column("kind", String(32), nullable=False),
    Column("key", String(128), nullable=False, unique=True),
    Column("payload", JSON, nullable=False),
    Column("state", String(8), nullable=False),
    Column("claimable_at", Utc),  # ready: not before; running: end of lease; else none
    Column("attempt", Integer, nullable=False, server_default="0"),
    Column("max_attempts", Integer, nullable=False),
    Column("lapses", SmallInteger, nullable=False, server_default="0"),  # leases that ran out
    Column("worker", String(64)),
    Column("last_error", String(64)),
    Column("queued_at", Utc, nullable=False),
    Column("finished_at", Utc),
    CheckConstraint("state IN ('ready','running','done','dead')", name="state"),
    Index("ix_job_claimable", "claimable_at", "id", sqlite_where=text("claimable_at IS NOT NULL"),
          postgresql_where=text("claimable_at IS NOT NULL")),
    Index("ix_job_finished", "state", "finished_at"),
)  # fmt: skip

handover = Table(
    "handover",
    metadata,
    Column("call_sid", SID, ForeignKey("call.sid", ondelete="CASCADE"), primary_key=True),
    Column("queued_at", Utc, nullable=False),
    Column("seen_at", Utc, nullable=False),  # a caller in the queue asks every few seconds
    Column("dialled_at", Utc),  # since then it takes an operator's line
    Column("answered_at", Utc),
    Column("ended_at", Utc),
    Column("outcome", String(12)),
    Index("ix_handover_open", "queued_at", sqlite_where=text("ended_at IS NULL"),
          postgresql_where=text("ended_at IS NULL")),
    Index("ix_handover_ended", "ended_at"),
)  # fmt: skip

outcall = Table(
    "outcall",
    metadata,
    serial_id(),
    Column("key", String(128), nullable=False, unique=True),
    caller_hash(),
    call_sid(nullable=True),
    Column("purpose", String(12), nullable=False),
    Column("state", String(12), nullable=False),
    Column("tries", SmallInteger, nullable=False, server_default="0"),
    Column("carrier_sid", SID, unique=True),  # of the last try
    Column("asked_at", Utc, nullable=False),
    Column("state_at", Utc, nullable=False),
    Index("ix_outcall_caller", "caller_hash", "asked_at"),
    Index("ix_outcall_call", "call_sid"),
)

stream_token = Table(
    "stream_token",
    metadata,
    Column("token_id", String(64), primary_key=True),
    Column("used_at", Utc, nullable=False),
    Index("ix_stream_token_used", "used_at"),
)

counter = Table(
    "counter",
    metadata,
    Column("name", String(32), primary_key=True),
    Column("value", BigInteger, nullable=False),
)
