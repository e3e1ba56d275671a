"""What is made of a voice while it speaks, and once it has: does it interrupt, is it an answer, does it call for help?

Joins the floor's and the alarm's rules with what one line hears and plays. Ends nothing and says nothing itself.
"""

import structlog

from ivr.call.alarm import SpokenAlarm
from ivr.call.floor import Floor, Said, Verdict
from ivr.call.hearing import Hearing
from ivr.call.playback import Playback, Spoken
from ivr.core.errors import IvrError
from ivr.dialogue.commands import Listen
from ivr.dialogue.events import EmergencyHeard
from ivr.speech.endpoint import SpeechBegan
from ivr.speech.listener import Listener, Partial, Utterance

log = structlog.get_logger()

BEGINNING_MS = 1_000  # a voice is told of at most so long after it began
ECHO_TAIL_MS = 600  # a prompt may still come back so long after it has ended


class Attention:
    """One per line. `began_ms`: of the caller's turn under way, None when nobody speaks. Times are call audio."""

    def __init__(self, call_sid: str, hearing: Hearing, playback: Playback, listener: Listener) -> None:
        self.began_ms: int | None = None
        self._sid, self._hearing, self._playback, self._listener = call_sid, hearing, playback, listener
        self._floor, self._alarm = Floor(hearing), SpokenAlarm()
        self._deaf = False  # the caller speaks into a prompt that must be heard
        self._cuts = False  # the voice has cut what sounded

    @property
    def newest(self) -> str:
        """The words of the turn under way, as far as they are known."""
        return self._floor.newest

    def forget(self) -> None:
        """The turn is over, or something else goes on."""
        self.began_ms, self._cuts = None, False

    async def follow(self, heard: SpeechBegan | Partial, helped: str | None, now_ms: int) -> EmergencyHeard | None:
        """Somebody speaks; a call for help in it. `helped`: the emergency whose number is being told already."""
        if isinstance(heard, SpeechBegan):
            self.began_ms, self._deaf, self._cuts = heard.began_ms, not self._playback.interruptible, False
            self._floor.began()
            self._alarm.forget()
            return None
        self._floor.heard(heard.lang, heard.free, heard.text)
        return await self._cry(heard, helped, now_ms) if heard.free else None

    async def _cry(self, heard: Partial, helped: str | None, now_ms: int) -> EmergencyHeard | None:
        """An emergency heard twice running and, all of it again, with confidence."""
        find = self._hearing.emergency_so_far or self._hearing.emergency
        spoken = self._lately(self.began_ms or now_ms, now_ms)
        kind = find(heard.text, heard.lang)
        if kind and self._floor.echoed(heard.lang, heard.text, spoken):
            kind = None
        if self._deaf and kind == helped:
            return None
        if not self._alarm.heard(heard.lang, kind):
            return None
        try:
            text = await self._listener.read_again(heard.lang)
        except IvrError as error:
            log.warning("not_read_again", call_sid=self._sid, code=error.code)
            return None
        sure = find(text, heard.lang)
        return EmergencyHeard(sure, heard.lang, text) if sure else None

    def cry_in(self, heard: Utterance) -> EmergencyHeard | None:
        """A call for help in a turn that has ended and answers nothing."""
        for lang, readings in heard.nbest.items():
            text = readings[0].text if readings else ""
            if kind := self._hearing.emergency(text, lang):
                return EmergencyHeard(kind, lang, text)
        return None

    def prompted(self, now_ms: int) -> bool:
        """Whether the voice of now may be one into a prompt, and nothing is decided yet: nobody else is asked whether
        he only listens."""
        return not self._cuts and bool(self._lately(self.began_ms or now_ms - BEGINNING_MS, now_ms))

    async def interrupts(self, now_ms: int) -> bool:
        """Whether the voice is to cut what sounds. Only where it would is it asked whether the caller just listens."""
        if self.began_ms is None or not self._playback.sounding or not self._playback.interruptible:
            return False
        self._cuts = await self._wants_to_speak(self._lately(self.began_ms, now_ms))
        return self._cuts

    async def _wants_to_speak(self, spoken: tuple[Spoken, ...]) -> bool:
        voiced_ms = self._listener.voiced_ms
        if not self._floor.interrupts(voiced_ms, spoken):
            return False
        try:
            listening = await self._listener.listening()
        except IvrError as error:
            log.warning("not_read_again", call_sid=self._sid, code=error.code)
            return True
        return self._floor.interrupts(voiced_ms, spoken, listening)

    def verdict(self, listen: Listen, heard: Utterance, now_ms: int) -> Verdict:
        """What the turn that has ended is. Into a prompt that must be heard nothing is an answer: the question that it
        would answer was not put yet."""
        if self._deaf:
            return Verdict.NOISE
        lately = self._lately(heard.began_ms, now_ms)
        if not lately:
            return Verdict.ANSWER
        lang = max(heard.nbest, key=lambda code: heard.nbest[code][0].confidence if heard.nbest[code] else -1.0)
        text = heard.nbest[lang][0].text if heard.nbest[lang] else ""
        uttered = Said(text, lang, heard.words, heard.began_ms, heard.listening)
        verdict = self._floor.verdict(uttered, listen.kind, lately, self._playback.question)
        into_prompt = self._playback.around(heard.began_ms, heard.began_ms)
        return verdict if into_prompt or verdict is Verdict.ECHO else Verdict.ANSWER

    def _lately(self, began_ms: int, now_ms: int) -> tuple[Spoken, ...]:
        """The prompts that a voice begun then may be the echo of."""
        return self._playback.around(began_ms - ECHO_TAIL_MS, now_ms)
