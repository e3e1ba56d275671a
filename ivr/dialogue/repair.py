"""When it does not go well: silence, not understood, help, repeat, our own failures. Tapered: the first failure at a
question gets a fuller prompt, the second the keys, the third a person."""

from collections.abc import Mapping
from typing import Any

from ivr.dialogue.commands import Disposition, Play, Transfer
from ivr.dialogue.prompt_ids import P
from ivr.dialogue.session import At
from ivr.dialogue.turn import HOLD_MS, Turn
from ivr.understanding.result import WaitKind

ATTEMPTS = 3
RUMOUR_KEYS = 7  # rumours that are offered by key
DESK_FAILED = "desk_failed"
KEYPAD: Mapping[At, At] = {At.SERVICE: At.MENU, At.PLACE: At.PLACE_MENU}
# What follows when a question is given up. Where nothing stands, a person takes over.
_GIVEN_UP: Mapping[At, At] = {
    At.MORE: At.GOODBYE,
    At.NO_DANGER: At.OVER,
    At.MESSAGE_OK: At.GOODBYE,
    At.RATING: At.MORE,
    At.DETAILS: At.FORM,
    At.AREA: At.FORM,
    At.BLOOD: At.FORM,
    At.ALERT: At.GOODBYE,
    At.OFFER: At.GOODBYE,
    At.RECEIVED: At.GOODBYE,
    At.DELIVERY: At.SERVICE,
    At.SOLVED: At.UNSAID,
    At.STILL: At.REFUSED,
}
# Welcome, not needed: nobody is asked a third time who says nothing.
_LEFT_OUT: Mapping[At, dict[str, Any]] = {
    At.DETAILS: {"details_asked": True},
    At.AREA: {"area": ""},
    At.BLOOD: {"group": ""},
}
# Where the keypad takes over after two failures; the list of all services also where a ticket's digits don't come.
_BY_KEYS: Mapping[At, At] = {**KEYPAD, At.LAST_FOUR: At.MENU}
_SLOTS = frozenset({At.SERVICE, At.MENU, At.PLACE, At.PLACE_MENU})


def missed(turn: Turn, silent: bool = False) -> At | None:
    """Nothing was said (`silent`), or nothing that answers the question. Asks again, by keys, or gives up."""
    at, misses = turn.session.at, turn.session.misses + 1
    turn.change(misses=misses)
    if at in _SLOTS:
        turn.want(failures=misses)
    turn.note("no_input" if silent else "no_match", f"{at}, {misses} of {ATTEMPTS}")
    if misses >= ATTEMPTS or (silent and at in _LEFT_OUT and misses > 1):
        return give_up(turn, silent)
    turn.say(_reprompt(turn, silent))
    if misses == ATTEMPTS - 1:
        turn.flag("silence" if silent else "no_match", f"twice at {at}")
        turn.change(by_keys=True)
        if at in _BY_KEYS:
            turn.change(at=_BY_KEYS[at], menu=(), page=0)
            return _BY_KEYS[at]
    return again(turn)


def _reprompt(turn: Turn, silent: bool) -> P:
    """The question's own words; the second time a hint at its keys; by keys alone nobody is asked to speak."""
    question = turn.question
    keyed = question.keyed or turn.session.at is At.LANGUAGE
    if turn.session.media == "gather" and (keyed or question.reask):
        return P.MENU_NO_INPUT if silent else P.MENU_NO_MATCH
    if turn.session.misses == ATTEMPTS - 1 and keyed and turn.session.at not in _BY_KEYS:
        return P.PRESS_INSTEAD
    return question.no_input if silent else question.no_match


def again(turn: Turn) -> At | None:
    """Put the question again after a reprompt, with its keys."""
    if turn.question.reask:
        return turn.session.at
    say_keys(turn)
    turn.listen(choices=turn.request.candidates if turn.session.at is At.CHOICE else ())
    return None


def give_up(turn: Turn, silent: bool) -> At:
    """The question has failed too often: go on without the answer where that is possible, else to a person."""
    at = turn.session.at
    if at in _GIVEN_UP:
        turn.want(**_LEFT_OUT.get(at, {}))
        done = at is At.RATING and turn.session.rated
        return At.GOODBYE if done else _GIVEN_UP[at]
    if not turn.session.heard:
        turn.note("give_up", "nothing heard in the whole call")
        turn.flag("silence", "whole call")
        turn.say(P.SILENT_GOODBYE)
        return At.OVER
    if at in (At.PLACE, At.PLACE_MENU) and not turn.operator_there:
        return skip_place(turn)
    turn.change(reason="silence" if silent else "not_understood")
    return At.OPERATOR


def skip_place(turn: Turn) -> At:
    """Go on without the district: a person sorts it out, at once or when the ticket is read."""
    turn.note("place_skipped", "no district could be had")
    turn.flag("place_unknown", turn.request.service or "")
    turn.want(place_skipped=True, failures=0, confirmed=True)
    if turn.operator_there:
        turn.change(reason="place_unknown")
        return At.OPERATOR
    return At.FORM


def say_keys(turn: Turn) -> None:
    """Name the keys that answer this question, where it has any of its own."""
    if turn.session.at is At.LANGUAGE:
        for number, lang in enumerate(turn.world.script.languages, start=1):
            turn.play(Play(P.LANGUAGE_KEY.value, lang, {"key": ("number", str(number))}))
    elif turn.question.keys is not None:
        turn.say(turn.question.keys)
    elif turn.question.kind is WaitKind.OPTION:
        say_options(turn)
    elif turn.session.at is At.RUMOUR:
        say_rumours(turn)


def say_options(turn: Turn) -> None:
    """Name the answers that a key stands for."""
    names = turn.world.script.option_names[turn.languages[0]]
    for number, answer in enumerate(turn.options, start=1):
        turn.say(P.OPTION_KEY, option=("text", names[answer]), key=("number", str(number)))


def say_rumours(turn: Turn) -> None:
    """Name the rumours that a key stands for."""
    for number, rumour in enumerate(list(turn.world.script.rumours.values())[:RUMOUR_KEYS], start=1):
        name = ("text", rumour.name[turn.languages[0]])
        turn.say(P.RUMOUR_KEY, rumour=name, key=("number", str(number)))


def ask(turn: Turn, at: At, prompt: str, **values: tuple[str, str]) -> None:
    """Ask the question of `at` by `prompt`, with its keys if speech has failed before."""
    turn.moved(at)
    turn.say(prompt, **values)
    if turn.session.by_keys or turn.session.misses:
        say_keys(turn)
    turn.listen(choices=turn.request.candidates if at is At.CHOICE else ())


def repeat(turn: Turn) -> At | None:
    """Say again what was said last."""
    turn.note("repeat", f"at {turn.session.at}")
    for play in turn.session.spoken:
        turn.play(play)
    turn.listen_on()
    return None


def explain(turn: Turn) -> At | None:
    """Help with this question, keys included."""
    turn.note("help", f"at {turn.session.at}")
    turn.say(turn.question.help)
    say_keys(turn)
    turn.listen_on()
    return None


def hold(turn: Turn) -> At | None:
    """The caller asked for a moment: wait longer, without counting it."""
    turn.note("hold", f"{HOLD_MS} ms at {turn.session.at}")
    turn.say(P.HOLD)
    turn.listen_on(HOLD_MS)
    return None


def failed(turn: Turn) -> At | None:
    """One of our own parts failed. The caller hears an apology and gets the next best thing."""
    at = turn.session.at
    if at is At.TRANSFERRING:
        turn.change(disposition=None)
        turn.say(P.TRANSFER_FAILED)
        return after_transfer(turn)
    turn.say(P.TROUBLE)
    if at is At.RECORDING:
        turn.say(P.TROUBLE_GOODBYE)
        return At.OVER
    if turn.session.pending is None and turn.session.wait is not None:
        turn.listen_on()
        return None
    turn.change(reason="failed")
    return At.OPERATOR


def after_transfer(turn: Turn) -> At:
    """Nobody answered: a message instead; after an emergency desk the number was already told, so nothing holds."""
    pending = turn.session.pending
    if isinstance(pending, Transfer) and pending.to != "operator":
        turn.reach(Disposition.EMERGENCY)
        turn.change(reason=DESK_FAILED)
        return At.EMERGENCY
    return At.VOICEMAIL
