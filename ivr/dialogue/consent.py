"""Being recorded: announced in the greeting, agreed to by going on, refused by a word or a key, asked for a message."""

from ivr.dialogue.commands import Record
from ivr.dialogue.prompt_ids import P
from ivr.dialogue.repair import ask, missed
from ivr.dialogue.request import yes_or_no
from ivr.dialogue.session import GIVEN, MESSAGE, REFUSED, UNASKED, At
from ivr.dialogue.turn import Turn

HASH_REFUSES = frozenset({At.LANGUAGE, At.SERVICE})  # the first questions, where `#` means nothing else


def went_on(turn: Turn) -> None:
    """Whoever answers has heard that the call is recorded, and goes on."""
    if turn.session.consent == UNASKED:
        turn.change(consent=GIVEN)


def refused(turn: Turn) -> None:
    """Nothing of the sound of this call is kept, and the question stands as before."""
    turn.note("recording", "refused")
    turn.change(consent=REFUSED)
    turn.say(P.RECORDING_OFF)
    turn.listen_on()


def voicemail(turn: Turn) -> At | None:
    """A message is recorded, which is said; who speaks after that agrees. Who has refused before is asked."""
    if turn.session.consent == REFUSED:
        return At.MESSAGE_OK
    turn.say(P.VOICEMAIL)
    turn.run(Record(langs=turn.languages), At.RECORDING)
    return None


def ask_message(turn: Turn) -> At | None:
    ask(turn, At.MESSAGE_OK, P.MESSAGE_OK)
    return None


def heard_message_ok(turn: Turn) -> At | None:
    match yes_or_no(turn):
        case "yes":
            return message_agreed(turn)
        case "no":
            return At.GOODBYE
    return missed(turn)


def pressed_message_ok(turn: Turn, key: str) -> At | None:
    if key == "1":
        return message_agreed(turn)
    return At.GOODBYE if key in ("2", "#") else missed(turn)


def message_agreed(turn: Turn) -> At:
    turn.note("recording", "of the message alone")
    turn.change(consent=MESSAGE)
    return At.VOICEMAIL


def message_left(turn: Turn) -> None:
    """Something was said after it was announced that it would be recorded."""
    if turn.session.consent == UNASKED:
        turn.change(consent=GIVEN)
