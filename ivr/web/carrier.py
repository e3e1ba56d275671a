"""The carrier of the settings: its REST API, or, where no credentials are set, one that asks for them."""

from typing import Protocol, runtime_checkable

from ivr.core.errors import CarrierError
from ivr.core.settings import Settings
from ivr.desk.handlers import Carrier


@runtime_checkable
class Closing(Protocol):
    """A carrier with connections to be closed at the end."""

    async def close(self) -> None: ...


def carrier_of(settings: Settings) -> Carrier:
    """To be closed at the end where it is `Closing`."""
    token = settings.twilio_auth_token.get_secret_value()
    if not (settings.twilio_account_sid and token):
        return _NoCarrier()
    from ivr.twilio.rest import RestAccount, TwilioRest  # a tenth of a start, and no replay or command needs it

    return TwilioRest(RestAccount(settings.twilio_account_sid, token, settings.twilio_number, settings.twilio_api_url))


class _NoCarrier:
    """Stands where no credentials are set: SMS and calls stay queued and are tried again."""

    async def send_sms(self, to: str, body: str, status_callback: str | None = None) -> str:
        raise _not_set("send SMS")

    async def create_call(self, to: str, url: str, status_callback: str | None = None) -> str:
        raise _not_set("make calls")


def _not_set(what: str) -> CarrierError:
    return CarrierError(
        f"set IVR_TWILIO_ACCOUNT_SID and IVR_TWILIO_AUTH_TOKEN to {what}", code="carrier_not_set", retryable=True
    )
