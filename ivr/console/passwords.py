"""Passwords and second factors: argon2id by the library's defaults (RFC 9106, low-memory profile), TOTP by RFC 6238."""

import base64
import secrets
from datetime import datetime
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor import InvalidToken
from cryptography.hazmat.primitives.twofactor.totp import TOTP

SHORTEST = 10  # NIST SP 800-63B-4 asks 8 with a second factor, 15 without; length before rules of composition
LONGEST = 200
_STEP_S = 30
_DIGITS = 6
_TOTP_BYTES = 20
_WORDS = ("kamal", "neem", "ganga", "tara", "megh", "surya", "champa", "mor",
          "chandan", "vana", "deep", "jal", "kesar", "patang", "nadi", "phal")  # fmt: skip

_hasher = PasswordHasher()


@cache
def _nobodys() -> str:
    """A hash that no password fits. Made when first needed: it takes as long as all else that a command imports."""
    return _hasher.hash(secrets.token_urlsafe(16))


def hashed(password: str) -> str:
    """The argon2id hash to store."""
    return _hasher.hash(password)


def right(stored: str | None, password: str) -> bool:
    """Whether the password fits. Takes as long for a user who is not there (None) as for one who is."""
    try:
        return _hasher.verify(stored or _nobodys(), password) and stored is not None
    except (VerificationError, InvalidHashError):
        return False


def stale(stored: str) -> bool:
    """Whether the library's parameters have moved on since this hash was made."""
    return _hasher.check_needs_rehash(stored)


def weakness(password: str, name: str) -> str | None:
    """The text key of what is wrong with a new password; None when it may be taken."""
    if len(password) < SHORTEST or len(password) > LONGEST:
        return "account.password_length"
    if name.lower() in password.lower() or len(set(password)) < 5:
        return "account.password_weak"
    return None


def one_time() -> str:
    """A password to be read out and changed at once: four words and four digits, some 29 bits; it is throttled."""
    words = [secrets.choice(_WORDS) for _ in range(4)]
    return "-".join([*words, f"{secrets.randbelow(10_000):04}"])


def new_secret() -> bytes:
    """A secret for an authenticator app (160 bits, RFC 4226 section 4)."""
    return secrets.token_bytes(_TOTP_BYTES)


def provisioning(secret: bytes, name: str) -> str:
    """The otpauth:// address that an authenticator app reads from a QR code."""
    return _totp(secret).get_provisioning_uri(name, "Janvaani")


def spelled(secret: bytes) -> str:
    """The secret in groups of four, to be typed."""
    text = base64.b32encode(secret).decode()
    return " ".join(text[at : at + 4] for at in range(0, len(text), 4))


def totp_step(secret: bytes, code: str, now: datetime) -> int | None:
    """The step whose code this is: the present one or a neighbour (clocks differ); None when it fits none."""
    digits = "".join(char for char in code if char.isdecimal())
    present = int(now.timestamp()) // _STEP_S
    for step in (present, present - 1, present + 1):
        try:
            _totp(secret).verify(digits.encode(), step * _STEP_S)
        except InvalidToken:
            continue
        return step
    return None


def code_at(secret: bytes, now: datetime) -> str:
    """The code that an app shows now."""
    return _totp(secret).generate(int(now.timestamp())).decode()


def _totp(secret: bytes) -> TOTP:
    return TOTP(secret, _DIGITS, SHA1(), _STEP_S)  # noqa: S303  what authenticator apps speak (RFC 6238)
