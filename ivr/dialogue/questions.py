"""What may be asked of a caller: one row a question. Knows prompts and keys, not what an answer leads to."""

from collections.abc import Mapping
from dataclasses import dataclass

from ivr.dialogue.commands import Pace
from ivr.dialogue.prompt_ids import P
from ivr.dialogue.session import At
from ivr.understanding.result import WaitKind

TICKET_DIGITS = 7  # six and a check digit, see ivr.core.ids
PIN_DIGITS = 6
RELIEF_DIGITS = 4  # of the code that a citizen holds
CERTIFICATE_DIGITS = 16  # of a code; a number has 11, see ivr.core.certificate_codes


@dataclass(frozen=True, slots=True)
class Question:
    """How a question is asked. `keys` is added once speech has failed; None where the page itself names its keys.
    `reask`: the question is put again after a reprompt (else the reprompt asks it). `options`: the question of
    <lang>/options.yaml whose answers may be named."""

    kind: WaitKind
    no_input: P
    no_match: P
    help: P
    keys: P | None = None
    reask: bool = True
    digits_max: int = 1
    pace: Pace = Pace.NORMAL
    no_input_ms: int = 6000
    options: str = ""

    @property
    def keyed(self) -> bool:
        """Whether its keys are named once speech has failed."""
        return self.keys is not None or self.kind in (WaitKind.OPTION, WaitKind.RUMOUR)


def _yes_no(no_match: P = P.YES_NO_NO_MATCH) -> Question:
    return Question(
        WaitKind.YES_NO, P.YES_NO_NO_INPUT, no_match, P.YES_NO_NO_MATCH, keys=P.YES_NO_KEYS, pace=Pace.SHORT
    )


def _options(name: str, asked: P) -> Question:
    return Question(WaitKind.OPTION, P.OPTION_NO_INPUT, P.OPTION_NO_MATCH, asked, pace=Pace.SHORT, options=name)


QUESTIONS: Mapping[At, Question] = {
    At.LANGUAGE: Question(
        WaitKind.LANGUAGE, P.LANGUAGE_NO_INPUT, P.LANGUAGE_NO_MATCH, P.LANGUAGE_HELP, P.LANGUAGE_KEY, reask=False
    ),
    At.GO_ON: _yes_no(),
    At.LAST_FOUR: Question(
        WaitKind.SERVICE,
        P.LAST_FOUR_NO_INPUT,
        P.LAST_FOUR_NO_MATCH,
        P.LAST_FOUR_HELP,
        reask=False,
        digits_max=4,
        no_input_ms=8000,
    ),
    At.SERVICE: Question(
        WaitKind.SERVICE, P.SERVICE_NO_INPUT, P.SERVICE_NO_MATCH, P.SERVICE_HELP, reask=False, no_input_ms=7000
    ),
    At.MENU: Question(WaitKind.SERVICE, P.MENU_NO_INPUT, P.MENU_NO_MATCH, P.MENU_HELP, no_input_ms=8000),
    At.CONFIRM: _yes_no(),
    At.CHOICE: Question(
        WaitKind.CHOICE, P.CHOICE_NO_INPUT, P.CHOICE_NO_MATCH, P.CHOICE_NO_MATCH, keys=P.CHOICE_KEYS, pace=Pace.SHORT
    ),
    At.PLACE: Question(WaitKind.PLACE, P.PLACE_NO_INPUT, P.PLACE_NO_MATCH, P.PLACE_HELP, reask=False),
    At.PLACE_MENU: Question(WaitKind.PLACE, P.MENU_NO_INPUT, P.MENU_NO_MATCH, P.MENU_HELP, no_input_ms=8000),
    At.PLACE_CONFIRM: _yes_no(),
    At.DETAILS: Question(
        WaitKind.MESSAGE,
        P.DETAILS_NO_INPUT,
        P.DETAILS_NO_MATCH,
        P.ASK_DETAILS,
        keys=P.DETAILS_KEYS,
        reask=False,
        pace=Pace.LONG,
    ),
    At.TICKET_NUMBER: Question(
        WaitKind.DIGITS,
        P.TICKET_NUMBER_NO_INPUT,
        P.TICKET_NUMBER_NO_MATCH,
        P.TICKET_NUMBER_HELP,
        reask=False,
        digits_max=TICKET_DIGITS,
        pace=Pace.LONG,
        no_input_ms=10_000,
    ),
    At.RATING: Question(WaitKind.NUMBER, P.RATING_NO_INPUT, P.RATING_NO_MATCH, P.ASK_RATING, reask=False),
    At.MORE: _yes_no(P.MORE_NO_MATCH),
    At.MESSAGE_OK: _yes_no(),
    At.SOLVED: _yes_no(P.SOLVED_NO_MATCH),
    At.STILL: Question(
        WaitKind.MESSAGE,
        P.DETAILS_NO_INPUT,
        P.STILL_NO_MATCH,
        P.ASK_STILL,
        keys=P.DETAILS_KEYS,
        reask=False,
        pace=Pace.LONG,
    ),
    At.AREA: Question(
        WaitKind.DIGITS,
        P.AREA_NO_INPUT,
        P.AREA_NO_MATCH,
        P.AREA_HELP,
        reask=False,
        digits_max=PIN_DIGITS,
        pace=Pace.LONG,
        no_input_ms=10_000,
    ),
    At.BLOOD: _options("blood", P.ASK_BLOOD),
    At.GIVES: _options("gives", P.ASK_GIVES),
    At.OFFER: _yes_no(),
    At.DELIVERY: Question(
        WaitKind.DIGITS,
        P.DELIVERY_NO_INPUT,
        P.DELIVERY_NO_MATCH,
        P.DELIVERY_HELP,
        reask=False,
        digits_max=RELIEF_DIGITS,
        pace=Pace.LONG,
        no_input_ms=8000,
        options="delivery",
    ),
    At.RECEIVED: _yes_no(),
    At.ALERT: _options("alert", P.ASK_ALERT),
    At.CERTIFICATE: Question(
        WaitKind.DIGITS,
        P.CERTIFICATE_NO_INPUT,
        P.CERTIFICATE_NO_MATCH,
        P.CERTIFICATE_HELP,
        reask=False,
        digits_max=CERTIFICATE_DIGITS,
        pace=Pace.LONG,
        no_input_ms=12_000,
    ),
    At.RUMOUR: Question(
        WaitKind.RUMOUR, P.RUMOUR_NO_INPUT, P.RUMOUR_NO_MATCH, P.RUMOUR_HELP, reask=False, no_input_ms=8000
    ),
    At.RUMOUR_CONFIRM: _yes_no(),
    At.NO_DANGER: Question(WaitKind.SERVICE, P.EMERGENCY_ELSE, P.SERVICE_NO_MATCH, P.EMERGENCY_ELSE, reask=False),
    At.QUEUE: Question(WaitKind.YES_NO, P.QUEUE_KEYS, P.QUEUE_KEYS, P.QUEUE_KEYS, no_input_ms=5_000),
}
