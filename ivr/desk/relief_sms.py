"""SMS about relief: one digit takes on an offer, four digits tell the code, 1 or 2 say whether help came.

Only from those of whom it is waited for; anything else is left to the other answers.
"""

from datetime import datetime

from sqlalchemy import Connection, select

from ivr.core import phone
from ivr.core.ids import clean_digits
from ivr.desk.inbound import Inbound
from ivr.desk.messages import Message
from ivr.desk.relief import CODE_DIGITS, Claim, Delivery, Relief
from ivr.desk.relief_rules import KEYS
from ivr.store import relief, responders
from ivr.store.relief import ReliefState
from ivr.store.schema import caller

_YES, _NO = "1", "2"
_FIRST_LANGUAGE = "hi"


def answer(connection: Connection, desk: Relief, sms: Inbound, now: datetime) -> bool:
    """Carry out what a bare number means to its sender and queue the answer. False where it means nothing here."""
    sender, digits = phone.parse(sms.sender), clean_digits(sms.body)
    plain = sms.body.strip()
    if sender is None or not digits or len(plain) != len(digits):
        return False
    who = desk.house.secrets.phone_hash(sender.e164)
    template = _citizen(connection, desk, who, digits, now) or _responder(connection, desk, who, digits, now)
    if template is None:
        return False
    known = select(caller.c.language).where(caller.c.phone_hash == who)
    language = connection.execute(known).scalar_one_or_none() or _FIRST_LANGUAGE
    desk.house.messages.queue(connection, Message(f"inbound:{sms.message_sid}", template, language, {}), who, now)
    return True


def _citizen(connection: Connection, desk: Relief, who: str, digits: str, now: datetime) -> str | None:
    """Whether help came; the template of the answer."""
    asked = relief.of_citizen(connection, who, ReliefState.DELIVERED)
    if not asked or digits not in (_YES, _NO):
        return None
    desk.received(connection, asked[0].id, digits == _YES, now)
    return "relief_thanks" if digits == _YES else "relief_not_received"


def _responder(connection: Connection, desk: Relief, who: str, digits: str, now: datetime) -> str | None:
    """A claim by its key, or a code."""
    helper = responders.of_caller(connection, who)
    if helper is None:
        return None
    if len(digits) == CODE_DIGITS:
        told = desk.deliver(connection, helper.id, digits, now)
        if told is Delivery.NONE:
            return None
        return "relief_thanks" if told is Delivery.DELIVERED else "relief_code_wrong"
    if len(digits) != 1 or int(digits) not in KEYS:
        return None
    offered = relief.last_offer(connection, helper.id, int(digits))
    if offered is None:
        return None
    result = desk.claim(connection, helper.id, offered, now)
    return "relief_thanks" if result in (Claim.WON, Claim.YOURS) else "relief_taken"
