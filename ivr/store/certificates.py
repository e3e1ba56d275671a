"""Certificates that were issued, and checks of them. Rows; what is signed and how stands in the desk."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, select, update

from ivr.store.database import insert_once
from ivr.store.schema import counter
from ivr.store.schema_certificates import certificate, certificate_check

COUNTER = "certificate"


@dataclass(frozen=True, slots=True)
class CertificateRow:
    """A certificate. `record` is what is signed, byte for byte; days are ISO. The holder's name is sealed."""

    id: int
    number: str
    code: str
    kind: str
    initials: str
    holder_enc: bytes
    district: str
    issued_on: str
    valid_until: str | None
    revoked_on: str | None
    reason: str
    record: str
    signature: bytes
    issued_by: str
    issued_at: datetime


def next_count(connection: Connection) -> int:
    """A number that no certificate has had (from 0). Its row is the lock of those who issue at once."""
    own = counter.c.name == COUNTER
    raised = update(counter).where(own).values(value=counter.c.value + 1).returning(counter.c.value)
    found = connection.execute(raised).scalar_one_or_none()
    if found is None:
        insert_once(connection, counter, {"name": COUNTER, "value": 0})
        found = connection.execute(raised).scalar_one()
    return int(found) - 1


def add(connection: Connection, key: str, values: Mapping[str, Any]) -> CertificateRow:
    """Keep a new certificate under the key of its command."""
    connection.execute(certificate.insert().values(key=key, **values))
    found = by_key(connection, key)
    assert found is not None
    return found


def by_key(connection: Connection, key: str) -> CertificateRow | None:
    return _one(connection.execute(select(certificate).where(certificate.c.key == key)).first())


def by_number(connection: Connection, number: str) -> CertificateRow | None:
    return _one(connection.execute(select(certificate).where(certificate.c.number == number)).first())


def by_code(connection: Connection, code: str) -> CertificateRow | None:
    return _one(connection.execute(select(certificate).where(certificate.c.code == code)).first())


def change(connection: Connection, certificate_id: int, values: Mapping[str, Any]) -> None:
    """Write what a revocation changes."""
    connection.execute(update(certificate).where(certificate.c.id == certificate_id).values(**values))


def listed(connection: Connection, district: str | None = None, limit: int = 50) -> Sequence[CertificateRow]:
    """The last certificates, newest first."""
    query = select(certificate).order_by(certificate.c.issued_at.desc(), certificate.c.id.desc()).limit(limit)
    if district is not None:
        query = query.where(certificate.c.district == district)
    return [row for found in connection.execute(query) if (row := _one(found)) is not None]


def note_check(connection: Connection, certificate_id: int | None, channel: str, result: str, now: datetime) -> None:
    """Somebody checked a certificate."""
    row = {"certificate_id": certificate_id, "channel": channel, "result": result, "at": now}
    connection.execute(certificate_check.insert().values(row))


def checks(connection: Connection, since: datetime) -> Mapping[str, int]:
    """Result -> how many checks had it since."""
    query = select(certificate_check.c.result, func.count()).where(certificate_check.c.at >= since)
    return {row[0]: row[1] for row in connection.execute(query.group_by(certificate_check.c.result))}


def _one(row: Row[Any] | None) -> CertificateRow | None:
    if row is None:
        return None
    return CertificateRow(**{name: getattr(row, name) for name in CertificateRow.__dataclass_fields__})
