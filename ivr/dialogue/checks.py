"""Is it genuine, is it true: certificates by number or code, rumours by what was heard."""

from ivr.dialogue.asking import ask_desk
from ivr.dialogue.commands import Disposition
from ivr.dialogue.events import DeskSays
from ivr.dialogue.prompt_ids import P
from ivr.dialogue.repair import ATTEMPTS, RUMOUR_KEYS, ask, missed
from ivr.dialogue.request import yes_or_no
from ivr.dialogue.session import At
from ivr.dialogue.turn import Turn
from ivr.understanding.result import Band, Understanding, WaitKind

WORDS_MAX = 300  # characters of what was heard that are kept

_RESULTS = {
    "valid": P.CERTIFICATE_VALID,
    "expired": P.CERTIFICATE_EXPIRED,
    "revoked": P.CERTIFICATE_REVOKED,
    "forged": P.CERTIFICATE_FORGED,
    "altered": P.CERTIFICATE_ALTERED,
}


def ask_certificate(turn: Turn) -> At | None:
    """The number on the paper, by keys first: they are surer than speech for so many digits."""
    failures = turn.request.failures
    turn.change(at=At.CERTIFICATE, misses=failures)
    if failures >= ATTEMPTS:
        turn.change(reason="certificate")
        return At.OPERATOR
    ask(turn, At.CERTIFICATE, P.ASK_CERTIFICATE)
    return None


def heard_certificate(turn: Turn) -> At | None:
    """Spoken digits count only if both passes agree; the check digit does the rest."""
    digits = str(turn.understand(WaitKind.DIGITS).slots.get("digits") or "")
    if not digits or (turn.said is not None and not turn.said.agreed):
        return missed(turn)
    return certificate_given(turn, digits)


def certificate_given(turn: Turn, keys: str) -> At | None:
    if not keys.isdecimal() or len(keys) < 2:
        return missed(turn)
    ask_desk(turn, "certificate", text=keys)
    return None


def certificate_told(turn: Turn, event: DeskSays) -> At | None:
    """Initials, kind and day of a genuine one; a slip of the hand is asked again, a forgery is named."""
    turn.note("certificate", event.result)
    if event.result == "mistyped":
        turn.say(P.CERTIFICATE_MISTYPED)
        turn.want(failures=turn.request.failures + 1)
        return At.CERTIFICATE
    values = event.values
    if values.get("kind"):
        of = {"service": turn.named(values["kind"]), "initials": ("text", values["initials"])}
        turn.say(P.CERTIFICATE_OF, date=("date", values["issued_on"]), **of)
    day = {"date": ("date", values["day"])} if values.get("day") else {}
    turn.say(_RESULTS[event.result], **day)
    if event.result == "forged":
        turn.say(P.CERTIFICATE_FAKE)
    if event.result in ("forged", "altered"):
        turn.flag("certificate", event.result)
    turn.reach(Disposition.STATUS_TOLD)
    return At.MORE


def check_rumour(turn: Turn) -> At | None:
    """Asked for as a service; if it was said in the same breath it is answered at once."""
    meant = turn.understand(WaitKind.RUMOUR)
    if turn.said is not None and meant.band is Band.ACCEPT:
        return _found(turn, meant)
    return At.RUMOUR


def ask_rumour(turn: Turn) -> At | None:
    """What have you heard? With the most frequent ones by key where speech has failed."""
    ask(turn, At.RUMOUR, P.ASK_RUMOUR)
    return None


def heard_rumour(turn: Turn) -> At | None:
    """One of the list, perhaps one, or one that nobody has asked about yet."""
    meant = turn.understand(WaitKind.RUMOUR)
    if meant.band is not Band.REJECT and meant.intent in turn.world.script.rumours:
        return _found(turn, meant)
    if turn.words < 2:
        return missed(turn)
    turn.want(words=meant.text[:WORDS_MAX])
    return _report(turn, "")


def _found(turn: Turn, meant: Understanding) -> At | None:
    turn.want(words=meant.text[:WORDS_MAX], rumour=meant.intent)
    turn.note("rumour", f"{meant.intent} {meant.score:.2f}, {meant.band}")
    if meant.band is Band.ACCEPT and (turn.said is None or turn.said.agreed):
        return _report(turn, str(meant.intent))
    return At.RUMOUR_CONFIRM


def pressed_rumour(turn: Turn, key: str) -> At | None:
    names = list(turn.world.script.rumours)[:RUMOUR_KEYS]
    if not key.isdecimal() or not 1 <= int(key) <= len(names):
        return missed(turn)
    turn.note("rumour", f"{names[int(key) - 1]} by key")
    return _report(turn, names[int(key) - 1])


def confirm_rumour(turn: Turn) -> At | None:
    rumour = turn.world.script.rumours.get(turn.request.rumour or "")
    if rumour is None:
        return At.RUMOUR
    ask(turn, At.RUMOUR_CONFIRM, P.CONFIRM_RUMOUR, rumour=("text", rumour.name[turn.languages[0]]))
    return None


def heard_rumour_confirm(turn: Turn) -> At | None:
    answer = yes_or_no(turn)
    return _confirmed(turn, answer == "yes") if answer else missed(turn)


def pressed_rumour_confirm(turn: Turn, key: str) -> At | None:
    return _confirmed(turn, key == "1") if key in ("1", "2") else missed(turn)


def _confirmed(turn: Turn, yes: bool) -> At | None:
    return _report(turn, (turn.request.rumour or "") if yes else "")


def _report(turn: Turn, rumour: str) -> At | None:
    """Write down that it was asked about; the answer follows."""
    district = turn.request.district or ""
    ask_desk(turn, "rumour", rumour=rumour, words=turn.request.words, lang=turn.languages[0], district=district)
    return None


def rumour_told(turn: Turn, event: DeskSays) -> At:
    """What is true and who says so; of an unknown one only that it is looked into."""
    lang, rumour = turn.languages[0], turn.world.script.rumours.get(event.values.get("rumour", ""))
    turn.reach(Disposition.ANSWERED)
    if rumour is None:
        turn.flag("rumour", "not in the list")
        turn.say(P.RUMOUR_UNKNOWN)
        turn.say(P.RUMOUR_WAIT)
        return At.MORE
    turn.say(P.RUMOUR_ANSWER, answer=("text", rumour.answer[lang]))
    turn.say(P.RUMOUR_SOURCE, source=("text", rumour.source[lang]))
    return At.MORE
