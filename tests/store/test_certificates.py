"""Certificates on a database: issued once, revoked, checked; what was tampered with does not pass."""

import threading
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import update

from ivr.core.errors import CertificateError
from ivr.desk.certificates import Certificates, NewCertificate, Result, initials
from ivr.store.database import Database
from ivr.store.schema_certificates import certificate
from tests.store.house import NOW, SECRETS

KINDS = frozenset({"income_certificate", "caste_certificate"})
NEW = NewCertificate("k1", "income_certificate", "सीता राम देवी", "Barabanki", "2026-11-20", "asha", "2027-11-19")


@pytest.fixture
def office(db: Database) -> Certificates:
    return Certificates(db, SECRETS, "https://janvaani.example.in/", KINDS)


def test_a_certificate_is_valid_by_number_and_by_code(office: Certificates) -> None:
    row = office.issue(NEW, NOW)
    assert office.issue(NEW, NOW) == row
    for text in (row.number, row.code):
        told = office.verify(text, "phone", NOW)
        assert told.result is Result.VALID
        assert (told.kind, told.initials, told.issued_on) == (NEW.kind, "सी रा दे", "2026-11-20")
    assert office.url(row) == f"https://janvaani.example.in/verify/{row.code}"
    assert office.holder(row) == NEW.holder
    assert NEW.holder not in row.record
    assert [one.number for one in office.listed("Barabanki")] == [row.number]
    assert office.listed("Agra") == ()


def test_revoked_and_expired_are_told_with_their_day(office: Certificates) -> None:
    row = office.issue(NEW, NOW)
    old = office.issue(replace(NEW, key="k2", issued_on="2020-01-01", valid_until="2021-01-01"), NOW)
    assert office.verify(old.code, "web", NOW).result is Result.EXPIRED
    office.revoke(row.number, "issued in error", NOW)
    told = office.verify(row.code, "web", NOW)
    assert (told.result, told.revoked_on) == (Result.REVOKED, "2026-11-22")
    with pytest.raises(CertificateError, match="already"):
        office.revoke(row.code, "again", NOW)


def test_slips_and_forgeries_are_told_apart_and_counted(office: Certificates) -> None:
    row = office.issue(NEW, NOW)
    slip = row.number[:-1] + str((int(row.number[-1]) + 1) % 10)
    elsewhere = Certificates(office._db, SECRETS, "", KINDS)
    assert office.verify(slip, "phone", NOW).result is Result.MISTYPED
    assert office.verify("hello", "web", NOW).result is Result.MISTYPED
    never = elsewhere.issue(replace(NEW, key="k3"), NOW)
    with office._db.begin() as connection:
        connection.execute(certificate.delete().where(certificate.c.key == "k3"))
    for text in (never.number, never.code):
        told = office.verify(text, "web", NOW)
        assert (told.result, told.known, told.initials) == (Result.FORGED, False, "")
    assert dict(office.checks(NOW)) == {"mistyped": 2, "forged": 2}
    with pytest.raises(CertificateError, match="no certificate"):
        office.revoke(never.number, "x", NOW)


@pytest.mark.parametrize(
    "changed",
    [{"initials": "ब"}, {"revoked_on": None}, {"issued_on": "2026-11-21"}, {"record": "{}"}, {"district": "Agra"}],
)
def test_a_row_that_was_changed_in_the_database_does_not_pass(office: Certificates, changed: dict[str, str]) -> None:
    row = office.issue(NEW, NOW)
    office.revoke(row.number, "lost", NOW)
    with office._db.begin() as connection:
        connection.execute(update(certificate).values(**changed))
    assert office.verify(row.code, "desk", NOW).result is Result.ALTERED


def test_anybody_can_check_a_record_by_the_public_key(office: Certificates) -> None:
    row = office.issue(NEW, NOW)
    Ed25519PublicKey.from_public_bytes(bytes.fromhex(office.public_key)).verify(row.signature, row.record.encode())


def test_two_who_issue_at_once_make_two_numbers_and_one_key_makes_one(office: Certificates) -> None:
    made: list[str] = []
    keys = [f"k{n % 4}" for n in range(8)]
    threads = [
        threading.Thread(target=lambda key=key: made.append(office.issue(replace(NEW, key=key), NOW).number))
        for key in keys
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(made), len(set(made))) == (8, 4)


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"kind": "party_certificate"}, "no certificate"),
        ({"holder": " 12 "}, "letter"),
        ({"holder": "अ" * 121}, "at most"),
        ({"issued_on": "22-11-2026"}, "2026-11-22"),
        ({"valid_until": "2026-11-19"}, "end before"),
    ],
)
def test_what_cannot_be_issued_is_refused_with_the_reason(
    office: Certificates, wrong: dict[str, str], why: str
) -> None:
    with pytest.raises(CertificateError, match=why):
        office.issue(replace(NEW, **wrong), NOW)
    assert office.listed() == ()


def test_initials_of_names_in_every_script() -> None:
    assert initials("सीता राम") == "सी रा"
    assert initials("వెంకట రావు") == "వెం రా"
    assert initials("Mohd. Irfan  ansari") == "M I A"
    assert initials("क्षमा") == "क्ष"
    assert initials("—") == ""
