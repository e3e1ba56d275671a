"""Keys derived from the one secret, encryption of personal fields, and keyed hashes to look callers up by.

One secret (IVR_SECRET_KEY) gives independent keys by HKDF-SHA256 with a purpose each (RFC 5869). Numbers are sealed
by AES-256-GCM with a fresh 96-bit nonce; look-up goes by HMAC-SHA256, because ten digits are few enough to try all.
Must not log what it opens.
"""

import hmac
import os
from functools import cached_property

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from ivr.core.errors import ConfigurationError, StoreError

_NONCE = 12


class Secrets:
    """All that is done with the secret. Two instances with the same secret can open each other's."""

    def __init__(self, secret_key: str) -> None:
        if not secret_key:
            raise ConfigurationError(
                "the secret key is empty; load the settings with prepare=True or set IVR_SECRET_KEY"
            )
        self._secret = secret_key.encode()

    def key(self, purpose: str) -> bytes:
        """32 bytes for `purpose`; nothing about another purpose's key can be told from them."""
        return HKDF(SHA256(), length=32, salt=None, info=f"janvaani/{purpose}".encode()).derive(self._secret)

    @cached_property
    def ticket_key(self) -> bytes:
        """The key of the order of ticket numbers."""
        return self.key("ticket-numbers")

    @cached_property
    def _hash_key(self) -> bytes:
        return self.key("phone-lookup")

    @cached_property
    def _cipher(self) -> AESGCM:
        return AESGCM(self.key("personal-fields"))

    def phone_hash(self, e164: str) -> str:
        """What stands for the number in look-ups and foreign keys: 32 hex signs."""
        return hmac.new(self._hash_key, e164.encode(), "sha256").hexdigest()[:32]

    def seal(self, text: str, purpose: str = "phone") -> bytes:
        """`text` encrypted; `purpose` is bound in, so that a sealed value moved to another column does not open."""
        nonce = os.urandom(_NONCE)
        return nonce + self._cipher.encrypt(nonce, text.encode(), purpose.encode())

    def open(self, sealed: bytes, purpose: str = "phone") -> str:
        """What was sealed. StoreError when the key is another one or the bytes were changed."""
        try:
            return self._cipher.decrypt(sealed[:_NONCE], sealed[_NONCE:], purpose.encode()).decode()
        except (InvalidTag, ValueError):
            raise StoreError(
                "a stored number cannot be opened with this secret key; was IVR_SECRET_KEY or secret.key changed?",
                code="sealed",
            ) from None
