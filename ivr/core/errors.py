"""Every error that this package raises on purpose.

IvrError
├── ConfigurationError      a setting, path or key is missing or wrong; the operator mends it
│   ├── DataError           a file under grammars/ or audio/ is wrong; says file and place
│   └── ModelError          a speech model is missing, unreadable or of a rate libvosk would abort on
├── ProtocolError           the carrier sent what its documentation does not allow; the stream ends cleanly
├── SignatureError          a request or token that is forged, expired or used twice; 403
├── CarrierError            the carrier's REST API refused or could not be reached
├── StoreError              the database refused; retryable when it is busy or away
├── ActRefusedError         a ticket's state, or the rules, do not allow what was asked; says why
├── ConflictError           a ticket was changed meanwhile; holds what changed
├── AlertError              an alert campaign cannot be made or changed as asked; says why
├── CertificateError        a certificate cannot be issued or revoked as asked; says why
├── ReliefError             a responder cannot be enrolled as asked; says all that is wrong
├── OverloadedError         no room to decode one more call; the caller gets keys instead
├── AudioError              an audio file cannot be read
├── ConsoleError            what an administrator asked of the console's users cannot be done
└── ReplayError             a replay case is wrong (not: it failed)
"""

from collections.abc import Sequence


class IvrError(Exception):
    """Base of the tree.

    `code` is stable and goes to logs and metrics; `retryable` says whether the same call may succeed later.
    The message is for operators: what is wrong and what to do next. It never holds a caller's number or words.
    """

    code = "internal"
    retryable = False

    def __init__(self, message: str, *, code: str | None = None, retryable: bool | None = None) -> None:
        super().__init__(message)
        if code is not None:
            self.code = code
        if retryable is not None:
            self.retryable = retryable


class ConfigurationError(IvrError):
    code = "configuration"


class DataError(ConfigurationError):
    code = "data"


class ModelError(ConfigurationError):
    code = "model"


class ProtocolError(IvrError):
    code = "protocol"


class SignatureError(IvrError):
    code = "signature"


class CarrierError(IvrError):
    code = "carrier"


class StoreError(IvrError):
    code = "store"


class ActRefusedError(IvrError):
    code = "act_refused"


class ConflictError(IvrError):
    """`changes`: the events since the version that the writer knew, oldest first; `version`: the one of now."""

    code = "conflict"

    def __init__(self, message: str, version: int, changes: Sequence[object] = ()) -> None:
        super().__init__(message)
        self.version = version
        self.changes = tuple(changes)


class AlertError(IvrError):
    code = "alert"


class CertificateError(IvrError):
    code = "certificate"


class ReliefError(IvrError):
    code = "relief"


class OverloadedError(IvrError):
    code = "overloaded"
    retryable = True


class AudioError(IvrError):
    code = "audio"


class ConsoleError(IvrError):
    code = "console"


class ReplayError(IvrError):
    code = "replay"
