"""The beginning of a call, and going on after an interruption: greeting, language."""

from ivr.dialogue import errands
from ivr.dialogue.commands import Play
from ivr.dialogue.confirm import CONFIRM, rung
from ivr.dialogue.events import CallStarted
from ivr.dialogue.known import known_tickets
from ivr.dialogue.prompt_ids import P
from ivr.dialogue.repair import KEYPAD, ask, missed, say_keys
from ivr.dialogue.request import settle
from ivr.dialogue.session import At
from ivr.dialogue.turn import REQUEST_WORDS, Turn
from ivr.understanding.result import Band, Understanding, WaitKind

CALL_BACK = "callback"
# Of the best reading's confidence, 0..1: a sentence in one language is heard by the other's recogniser at 0.2 to 0.6,
# by its own at 0.9 to 1.0 (recorded callers in audio/fixtures).
UNSURE = 0.25


def started(turn: Turn, event: CallStarted) -> At | None:
    """The caller is on the line, for the first time or again."""
    at, session = turn.session.at, turn.session
    turn.change(media=event.media, by_keys=session.by_keys or event.media == "gather")
    if at is At.GO_ON and session.wait is None:
        turn.note("called_again", f"an earlier call broke off at {session.then}")
        _greet(turn, event, P.GREETING_KNOWN)
        return At.GO_ON
    if at is not At.START:
        return resumed(turn)
    if event.purpose == CALL_BACK:
        return _called_back(turn, event)
    if event.purpose == CONFIRM:
        return rung(turn, event)
    if (errand := errands.begun(turn, event)) is not None:
        return errand
    if event.language not in turn.world.script.languages:
        if event.media == "gather":
            _greet(turn, event, P.GREETING)
        return At.LANGUAGE
    turn.note("language", f"{event.language}, remembered")
    turn.change(lang=event.language)
    _greet(turn, event, P.GREETING_KNOWN)
    return known_tickets(turn, event)


def _called_back(turn: Turn, event: CallStarted) -> At:
    """We ring as we promised: straight to a person."""
    turn.change(lang=event.language if event.language in turn.world.script.languages else None, reason=CALL_BACK)
    turn.note("called_back", "as was promised")
    turn.say(P.GREETING_CALLBACK)
    return At.OPERATOR


def _greet(turn: Turn, event: CallStarted, greeting: P) -> None:
    """The first words, and why the call goes by keys where it does."""
    turn.say(greeting)
    if event.media == "gather":
        turn.say(P.OVERLOADED if event.why_keys == "overloaded" else P.KEYS_ONLY)


def resumed(turn: Turn) -> At | None:
    """Go on where the session stands: with the effect that was under way, or with the same question."""
    session = turn.session
    turn.note("resumed", f"{session.media} at {session.at}")
    if session.pending is not None:
        turn.run(session.pending, session.at)
        return None
    if session.at is At.NO_DANGER:
        return At.EMERGENCY  # the number may not have been heard to its end
    turn.say(P.KEYS_ONLY if session.media == "gather" else P.RESUMED)
    if session.at is At.MORE and session.ticket is not None:
        turn.insist(P.TICKET_NUMBER, ticket=("ticket", session.ticket))  # it may not have been heard to its end
    turn.change(misses=0)
    if session.by_keys and session.at in KEYPAD:
        turn.change(at=KEYPAD[session.at], menu=(), page=0)
    return turn.session.at


def ask_language(turn: Turn) -> At | None:
    turn.change(lang=None)
    if turn.session.media == "gather":  # nobody is asked to speak who cannot be heard
        turn.moved(At.LANGUAGE)
        say_keys(turn)
        turn.listen()
        return None
    if turn.session.at is At.START:
        _greet_and_ask(turn)
        return None
    ask(turn, At.LANGUAGE, P.ASK_LANGUAGE)
    return None


def _greet_and_ask(turn: Turn) -> None:
    """Greeting and question of one language after the other, so that nobody waits for the end of all greetings."""
    turn.moved(At.LANGUAGE)
    for lang in turn.languages:
        turn.play(Play(P.GREETING.value, lang))
        turn.play(Play(P.ASK_LANGUAGE.value, lang))
    turn.listen()


def pressed_language(turn: Turn, key: str) -> At | None:
    lang = language_under(turn, key)
    return chosen(turn, lang, f"key {key}") if lang else missed(turn)


def language_under(turn: Turn, key: str) -> str | None:
    """The language that this key stands for."""
    languages = turn.world.script.languages
    return languages[int(key) - 1] if key.isdecimal() and 1 <= int(key) <= len(languages) else None


def heard_language(turn: Turn) -> At | None:
    """Take the language that was named or spoken, and with it a request made in the same breath."""
    named = _named(turn)
    best = _best_request(turn)
    if best is not None and named in (None, best.lang):
        turn.note("language", f"{best.lang}, request understood with score {best.score:.2f}")
        turn.change(lang=best.lang, then=None)
        return settle(turn, best) or At.SERVICE
    if named is not None:
        return chosen(turn, named, "named by voice")
    if (lang := _by_ear(turn)) is not None:
        turn.note("language", f"{lang}, by its sound")
        turn.change(lang=lang, at=At.SERVICE, misses=0)
    return missed(turn)


def chosen(turn: Turn, lang: str, why: str) -> At:
    """Go on in `lang`, at the question the caller was at, or at the first one."""
    turn.note("language", f"{lang}, {why}")
    at = turn.session.then or At.SERVICE
    turn.change(lang=lang, then=None, misses=0)
    return at


def change_language(turn: Turn, lang: str | None) -> At:
    """The caller wants another language: the one named, the other of two, or asked for."""
    languages = turn.world.script.languages
    at = turn.session.at if turn.session.wait is not None else At.SERVICE
    at = At.SERVICE if at is At.LANGUAGE else at
    others = [other for other in languages if other != turn.session.lang]
    if lang is None and len(others) == 1:
        lang = others[0]
    turn.change(then=at)
    if lang is None or lang not in languages:
        return At.LANGUAGE
    at = chosen(turn, lang, "asked for")
    turn.say(P.LANGUAGE_CHANGED)
    return at


def _named(turn: Turn) -> str | None:
    """The language that the caller named. Where the recognisers differ, one that heard its own name is believed, and
    of several the surest."""
    heard = {lang: turn.understand(WaitKind.LANGUAGE, lang) for lang in heard_surely(turn)}
    names = {meant.language for meant in heard.values()} & set(turn.world.script.languages)
    if len(names) == 1:
        return names.pop()
    own = [lang for lang, meant in heard.items() if meant.language == lang]
    surest = sorted(own, key=lambda lang: _confidence(turn, lang), reverse=True)
    if len(surest) > 1 and _confidence(turn, surest[0]) == _confidence(turn, surest[1]):
        return None
    return surest[0] if surest else None


def _confidence(turn: Turn, lang: str) -> float:
    said = turn.said.nbest.get(lang, ()) if turn.said else ()
    return said[0].confidence if said else 0.0


def _by_ear(turn: Turn) -> str | None:
    """The language whose recogniser is by far the surest of a whole sentence, though no request was made out in it."""
    sure = heard_surely(turn)
    said = turn.said.nbest.get(sure[0], ()) if turn.said else ()
    sentence = bool(said) and len(said[0].text.split()) >= REQUEST_WORDS
    return sure[0] if sentence and len(sure) == 1 and turn.session.then is None else None


def heard_surely(turn: Turn) -> tuple[str, ...]:
    """The languages listened for but those whose recogniser is much less sure than another's."""
    surest = max(_confidence(turn, lang) for lang in turn.languages)
    return tuple(lang for lang in turn.languages if surest - _confidence(turn, lang) <= UNSURE)


def _best_request(turn: Turn) -> Understanding | None:
    """The best request that any language makes of what was said; None where none is understood. A language heard
    much less surely than another does not count. To ask for a language is no request here: it is the answer."""
    does = turn.world.script.does
    meant = [turn.understand(WaitKind.SERVICE, lang) for lang in heard_surely(turn)]
    meant = [m for m in meant if m.band is not Band.REJECT and m.intent and does.get(m.intent) != "change_language"]
    return max(meant, key=lambda m: (m.band is Band.ACCEPT, m.score), default=None)
