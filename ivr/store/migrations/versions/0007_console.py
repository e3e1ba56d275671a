"""The console: users, sessions, failed sign-ins, the access log, saved views."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

SERIAL = sa.BigInteger().with_variant(sa.Integer, "sqlite")
COUNTER = sa.table("counter", sa.column("name", sa.String), sa.column("value", sa.BigInteger))


def upgrade() -> None:
    _users()
    _sessions()
    _access_log()
    _saved_views()
    op.bulk_insert(COUNTER, [{"name": "access_log", "value": 0}])


def downgrade() -> None:
    op.execute(COUNTER.delete().where(COUNTER.c.name == "access_log"))
    for table in ("saved_view", "access_log", "sign_in_failure", "console_session", "console_user"):
        op.drop_table(table)


def _at(name: str, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _text(name: str, length: int, nullable: bool = False, default: str | None = None) -> sa.Column[Any]:
    return sa.Column(name, sa.String(length), nullable=nullable, server_default=default)


def _users() -> None:
    op.create_table(
        "console_user",
        sa.Column("id", SERIAL, nullable=False),
        _text("name", 32),
        _text("role", 16),
        _text("place", 64, nullable=True),
        _text("password_hash", 160),
        _at("password_at"),
        sa.Column("must_change", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("totp_enc", sa.LargeBinary()),
        sa.Column("totp_step", sa.BigInteger()),
        _text("language", 8, nullable=True),
        sa.Column("keys_off", sa.Boolean(), nullable=False, server_default=sa.false()),
        _at("made_at"),
        _at("seen_at", nullable=True),
        _at("disabled_at", nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_console_user"),
        sa.UniqueConstraint("name", name="uq_console_user_name"),
    )


def _sessions() -> None:
    op.create_table(
        "console_session",
        _text("token_hash", 64),
        _text("user_name", 32),
        _at("begun_at"),
        _at("seen_at"),
        sa.Column("passed", sa.Boolean(), nullable=False),
        sa.Column("flash", sa.Text()),
        sa.PrimaryKeyConstraint("token_hash", name="pk_console_session"),
        sa.ForeignKeyConstraint(
            ["user_name"], ["console_user.name"], name="fk_console_session_user_name", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_console_session_user", "console_session", ["user_name"])
    op.create_index("ix_console_session_seen", "console_session", ["seen_at"])
    op.create_table(
        "sign_in_failure",
        _text("key", 64),
        sa.Column("failures", sa.Integer(), nullable=False),
        _at("last_at"),
        sa.PrimaryKeyConstraint("key", name="pk_sign_in_failure"),
    )
    op.create_index("ix_sign_in_failure_last", "sign_in_failure", ["last_at"])


def _access_log() -> None:
    op.create_table(
        "access_log",
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("n", sa.BigInteger(), nullable=False),
        _at("at"),
        _text("who", 32),
        _text("act", 32),
        _text("object", 96, default=""),
        sa.Column("detail", sa.Text(), nullable=False, server_default=""),
        _text("prev_hash", 64),
        _text("hash", 64),
        sa.PrimaryKeyConstraint("id", name="pk_access_log"),
        sa.UniqueConstraint("n", name="uq_access_log_n"),
    )
    op.create_index("ix_access_log_who", "access_log", ["who", "n"])
    op.create_index("ix_access_log_object", "access_log", ["object", "n"])


def _saved_views() -> None:
    op.create_table(
        "saved_view",
        sa.Column("id", SERIAL, nullable=False),
        _text("owner", 32),
        _text("page", 16),
        _text("name", 48),
        _text("query", 512),
        sa.PrimaryKeyConstraint("id", name="pk_saved_view"),
        sa.UniqueConstraint("owner", "page", "name", name="uq_saved_view_owner_page_name"),
        sa.ForeignKeyConstraint(["owner"], ["console_user.name"], name="fk_saved_view_owner", ondelete="CASCADE"),
    )
