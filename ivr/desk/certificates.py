"""Certificates: issued as signed records, revoked, checked by whoever holds a number or a code.

A record is signed whole (Ed25519, RFC 8032), its revocation included, by a key derived from the house's secret: a row
that somebody changed in the database does not pass. Who has the public key can check a record without us. A check
tells initials, kind and days, never the name.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from unicodedata import category, combining

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Connection

from ivr.core import certificate_codes as codes
from ivr.core.certificate_codes import Written
from ivr.core.clock import INDIA
from ivr.core.errors import CertificateError
from ivr.store import certificates
from ivr.store.certificates import CertificateRow
from ivr.store.database import Database
from ivr.store.secrets import Secrets

_SEALED = "certificate-holder"
_SIGNED = ("number", "code", "kind", "initials", "district", "issued_on", "valid_until", "revoked_on", "reason")
_VIRAMA = 9
LONGEST_NAME, LONGEST_INITIALS = 120, 6


class Result(StrEnum):
    """`mistyped`: a slip of the hand; `forged`: well formed and never issued here; `altered`: a record of ours that
    does not bear its signature any more."""

    VALID = "valid"
    EXPIRED = "expired"
    REVOKED = "revoked"
    MISTYPED = "mistyped"
    FORGED = "forged"
    ALTERED = "altered"


@dataclass(frozen=True, slots=True)
class NewCertificate:
    """`kind` is a service of the catalogue; `holder` the name as printed; days are ISO. `key`: issued once for each."""

    key: str
    kind: str
    holder: str
    district: str
    issued_on: str
    issued_by: str
    valid_until: str | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a check tells. Everything but `result` is empty where no genuine record was found."""

    result: Result
    number: str = ""
    kind: str = ""
    initials: str = ""
    district: str = ""
    issued_on: str = ""
    valid_until: str | None = None
    revoked_on: str | None = None

    @property
    def known(self) -> bool:
        return self.result in (Result.VALID, Result.EXPIRED, Result.REVOKED)


class Certificates:
    """The certificates of a house. Blocking; every method is one transaction."""

    def __init__(self, db: Database, secrets: Secrets, public_url: str, kinds: frozenset[str]) -> None:
        """`kinds`: that can be issued, services of the catalogue."""
        self._db, self._secrets, self._kinds = db, secrets, kinds
        self._url = public_url.rstrip("/")
        self._codes = secrets.key("certificate-codes")
        self._signer = Ed25519PrivateKey.from_private_bytes(secrets.key("certificate-signatures"))

    @property
    def public_key(self) -> str:
        """With which anybody can check a record's signature, in hex."""
        return self._signer.public_key().public_bytes_raw().hex()

    def url(self, row: CertificateRow) -> str:
        """What the QR picture holds."""
        return f"{self._url}/verify/{row.code}"

    def issue(self, new: NewCertificate, now: datetime) -> CertificateRow:
        """Issue a certificate. CertificateError where something is missing or no day."""
        self._check(new)
        with self._db.begin() as connection:
            count = certificates.next_count(connection)  # the lock: of two with one key the second sees the first's
            known = certificates.by_key(connection, new.key)
            if known is not None:
                return known
            number = codes.certificate_number(count, self._codes)
            signed = {
                "number": number,
                "code": codes.certificate_code(number, self._codes),
                "kind": new.kind,
                "initials": initials(new.holder),
                "district": new.district,
                "issued_on": new.issued_on,
                "valid_until": new.valid_until,
                "revoked_on": None,
                "reason": "",
            }
            kept = {"holder_enc": self._secrets.seal(new.holder, _SEALED), "issued_by": new.issued_by, "issued_at": now}
            return certificates.add(connection, new.key, {**signed, **kept, **self._signature(signed)})

    def _check(self, new: NewCertificate) -> None:
        if new.kind not in self._kinds:
            raise CertificateError(f"{new.kind} is no certificate; there are {', '.join(sorted(self._kinds))}")
        if not initials(new.holder) or len(new.holder) > LONGEST_NAME:
            raise CertificateError(f"the holder's name needs a letter and has at most {LONGEST_NAME} signs")
        try:
            begins = date.fromisoformat(new.issued_on)
            ends = date.fromisoformat(new.valid_until) if new.valid_until else begins
        except ValueError as error:
            raise CertificateError("days are written 2026-11-22") from error
        if ends < begins:
            raise CertificateError("a certificate must not end before the day it is issued")

    def revoke(self, text: str, reason: str, now: datetime) -> CertificateRow:
        """Revoke the certificate with this number or code. CertificateError where there is none, or it is already."""
        with self._db.begin() as connection:
            _, row = self._found(connection, text)
            if row is None:
                raise CertificateError("there is no certificate with this number")
            if row.revoked_on is not None:
                raise CertificateError(f"it was revoked on {row.revoked_on} already")
            signed = {name: getattr(row, name) for name in _SIGNED}
            signed |= {"revoked_on": now.astimezone(INDIA).date().isoformat(), "reason": reason}
            certificates.change(connection, row.id, {**signed, **self._signature(signed)})
            changed = certificates.by_number(connection, row.number)
            assert changed is not None
            return changed

    def verify(self, text: str, channel: str, now: datetime) -> Verdict:
        """What is to be said of what somebody wrote or keyed. `channel`: web, phone or desk. The check is counted."""
        with self._db.begin() as connection:
            return self.verify_in(connection, text, channel, now)

    def verify_in(self, connection: Connection, text: str, channel: str, now: datetime) -> Verdict:
        """The same inside a transaction."""
        written, row = self._found(connection, text)
        if row is None:
            result = Result.MISTYPED if written is Written.MISTYPED else Result.FORGED
            verdict = Verdict(result)
        else:
            verdict = self._verdict(row, now.astimezone(INDIA).date().isoformat())
        certificates.note_check(connection, row.id if row else None, channel, verdict.result, now)
        return verdict

    def _verdict(self, row: CertificateRow, today: str) -> Verdict:
        if not self.genuine(row):
            return Verdict(Result.ALTERED)
        result = Result.VALID
        if row.revoked_on is not None:
            result = Result.REVOKED
        elif row.valid_until is not None and row.valid_until < today:
            result = Result.EXPIRED
        told = {name: getattr(row, name) for name in Verdict.__dataclass_fields__ if name != "result"}
        return Verdict(result, **told)

    def genuine(self, row: CertificateRow) -> bool:
        """Whether the row is what was signed."""
        try:
            self._signer.public_key().verify(row.signature, row.record.encode())
        except InvalidSignature:
            return False
        return row.record == _record({name: getattr(row, name) for name in _SIGNED})

    def holder(self, row: CertificateRow) -> str:
        """The name as printed, for the office that issued it."""
        return self._secrets.open(row.holder_enc, _SEALED)

    def listed(self, district: str | None = None, limit: int = 50) -> tuple[CertificateRow, ...]:
        """The last certificates, newest first."""
        with self._db.read() as connection:
            return tuple(certificates.listed(connection, district, limit))

    def checks(self, since: datetime) -> Mapping[str, int]:
        """How many checks had which result."""
        with self._db.read() as connection:
            return certificates.checks(connection, since)

    def _found(self, connection: Connection, text: str) -> tuple[Written, CertificateRow | None]:
        written, digits = codes.read(text, self._codes)
        if written is Written.NUMBER:
            return written, certificates.by_number(connection, digits)
        return written, certificates.by_code(connection, digits) if written is Written.CODE else None

    def _signature(self, signed: Mapping[str, str | None]) -> dict[str, str | bytes]:
        record = _record(signed)
        return {"record": record, "signature": self._signer.sign(record.encode())}


def _record(signed: Mapping[str, str | None]) -> str:
    """The bytes that are signed: the same for the same facts, in any program."""
    return json.dumps(
        {name: signed[name] for name in _SIGNED}, ensure_ascii=False, sort_keys=True, separators=(",", ":")
    )


def initials(name: str) -> str:
    """The first letter of each word, with its vowel signs: "राम कुमार" -> "रा कु", "Sita Devi" -> "S D"."""
    found = []
    for word in name.split():
        letters = [at for at, sign in enumerate(word) if sign.isalpha()]
        if letters:
            end = letters[0] + 1
            # vowel signs belong to the letter, and what a virama (combining class 9) joins to it
            while end < len(word) and (category(word[end]) in ("Mn", "Mc") or combining(word[end - 1]) == _VIRAMA):
                end += 1
            found.append(word[letters[0] : end].upper())
    return " ".join(found[:LONGEST_INITIALS])
