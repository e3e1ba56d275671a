"""Turns a reply of the keypad leg into TwiML: prompts into addresses, a wait into <Gather>."""

from collections.abc import Sequence

from ivr.call.ports import KeypadReply
from ivr.dialogue.commands import Listen, Play
from ivr.dialogue.prompt_ids import P
from ivr.twilio import twiml
from ivr.twilio.twiml import KeyWait
from ivr.web.audio import PromptSeal
from ivr.web.services import Edge

GATHER, RECORDING, RECORDED, DIALLED = "/twilio/gather", "/twilio/recording", "/twilio/recorded", "/twilio/dialled"
WHISPER = "/twilio/whisper"
AFTER_STREAM, MEDIA = "/twilio/after-stream", "/twilio/media"


class Answers:
    """Makes the documents of one installation: its addresses, its languages."""

    def __init__(self, edge: Edge, seal: PromptSeal) -> None:
        self._edge = edge
        self._seal = seal

    def stream(self, token: str) -> str:
        """Hear the caller by a media stream; after it, /twilio/after-stream says what next."""
        edge = self._edge
        return twiml.connect_stream(edge.socket_url(MEDIA), {"token": token}, edge.url(AFTER_STREAM))

    def reply(self, reply: KeypadReply) -> str:
        """The document of a keypad reply."""
        plays = self._urls(reply.plays)
        if reply.listen is not None:
            return twiml.gather(plays, self._wait(reply.listen))
        if reply.transfer_to is not None:
            whisper_url = self._edge.url(WHISPER) if reply.whisper else ""
            return twiml.dial(plays, reply.transfer_to, self._edge.url(DIALLED), whisper_url=whisper_url)
        if reply.record_max_s is not None:
            return twiml.record(plays, self._edge.url(RECORDED), self._edge.url(RECORDING), reply.record_max_s)
        return twiml.hangup(plays)

    def whisper(self, plays: Sequence[Play]) -> str:
        """What an operator hears before the caller is joined."""
        return twiml.play(self._urls(plays))

    def apology(self) -> str:
        """Our side failed: say so in every language, then end. What was said so far is stored with the call."""
        return twiml.hangup(self._urls([Play(P.APOLOGY, lang) for lang in self._edge.languages]))

    def _urls(self, plays: Sequence[Play]) -> list[str]:
        return [self._edge.url(f"/audio/{self._seal.name(play)}.wav") for play in plays]

    def _wait(self, listen: Listen) -> KeyWait:
        """<Gather> has one time-out for the first key and between keys: the longer one must win, or the slow lose."""
        longest_ms = listen.no_input_ms if listen.digits_max == 1 else max(listen.no_input_ms, listen.inter_digit_ms)
        return KeyWait(self._edge.url(GATHER), listen.digits_max, max(1, -(-longest_ms // 1000)))
