"""What an operator hears before the caller is joined: what was asked and what is known of it, in five seconds."""

from ivr.dialogue.commands import Play
from ivr.dialogue.opening import CALL_BACK
from ivr.dialogue.prompt_ids import P
from ivr.dialogue.session import Session


def briefing(session: Session, lang: str) -> tuple[Play, ...]:
    """The prompts in `lang`. None of the caller's own words, no number: those are on the desk's screen."""
    request = session.request
    plays = []
    if session.reason == CALL_BACK:
        plays.append(Play(P.WHISPER_CALLBACK.value, lang))
    elif request.service is None:
        plays.append(Play(P.WHISPER_UNKNOWN.value, lang))
    else:
        plays.append(Play(P.WHISPER_SERVICE.value, lang, {"service": ("service", request.service)}))
    if request.district is not None:
        plays.append(Play(P.WHISPER_PLACE.value, lang, {"place": ("place", request.district)}))
    return tuple(plays)
