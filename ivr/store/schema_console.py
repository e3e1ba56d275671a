"""Tables of the operators' console: who may come in, who is in, and what was looked at.

Passwords are argon2 hashes, second factors are sealed, sessions are kept by the hash of their token: nobody who reads
the tables can sign in with them.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
)

from ivr.store.columns import Utc, metadata, serial_id

console_user = Table(
    "console_user",
    metadata,
    serial_id(),
    Column("name", String(32), nullable=False, unique=True),
    Column("role", String(16), nullable=False),
    Column("place", String(64)),  # a district's English name; none: all
    Column("password_hash", String(160), nullable=False),
    Column("password_at", Utc, nullable=False),
    Column("must_change", Boolean, nullable=False, server_default=false()),
    Column("totp_enc", LargeBinary),
    Column("totp_step", BigInteger),  # of the last code taken: none is taken twice
    Column("language", String(8)),
    Column("keys_off", Boolean, nullable=False, server_default=false()),
    Column("made_at", Utc, nullable=False),
    Column("seen_at", Utc),
    Column("disabled_at", Utc),
)

console_session = Table(
    "console_session",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("user_name", String(32), ForeignKey("console_user.name", ondelete="CASCADE"), nullable=False),
    Column("begun_at", Utc, nullable=False),
    Column("seen_at", Utc, nullable=False),
    Column("passed", Boolean, nullable=False),  # false: the password was right, the second factor is awaited
    Column("flash", Text),  # JSON, told on the next page
    Index("ix_console_session_user", "user_name"),
    Index("ix_console_session_seen", "seen_at"),
)

sign_in_failure = Table(
    "sign_in_failure",
    metadata,
    Column("key", String(64), primary_key=True),  # hash of a name or an address
    Column("failures", Integer, nullable=False),
    Column("last_at", Utc, nullable=False),
    Index("ix_sign_in_failure_last", "last_at"),
)

access_log = Table(
    "access_log",
    metadata,
    serial_id(),
    Column("n", BigInteger, nullable=False),
    Column("at", Utc, nullable=False),
    Column("who", String(32), nullable=False),
    Column("act", String(32), nullable=False),
    Column("object", String(96), nullable=False, server_default=""),
    Column("detail", Text, nullable=False, server_default=""),
    Column("prev_hash", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
    UniqueConstraint("n"),
    Index("ix_access_log_who", "who", "n"),
    Index("ix_access_log_object", "object", "n"),
)

saved_view = Table(
    "saved_view",
    metadata,
    serial_id(),
    Column("owner", String(32), ForeignKey("console_user.name", ondelete="CASCADE"), nullable=False),
    Column("page", String(16), nullable=False),
    Column("name", String(48), nullable=False),
    Column("query", String(512), nullable=False),
    UniqueConstraint("owner", "page", "name"),
)
