"""What is made of a voice while it speaks into a prompt."""

import asyncio
from collections.abc import Mapping
from typing import cast

import pytest

from ivr.call.attention import Attention
from ivr.call.hearing import Hearing
from ivr.call.playback import Playback
from ivr.speech.endpoint import SpeechBegan
from ivr.speech.listener import Listener, Partial

HEARING = Hearing(only_listening=lambda text, lang: text == "हाँ")


class Voice:
    """A listener that hears so much voice, and knows it as this back-channel."""

    def __init__(self, back_channel: str) -> None:
        self.voiced_ms = 400
        self.asked = 0
        self._found = {"hi": back_channel}

    async def listening(self) -> Mapping[str, str]:
        self.asked += 1
        return self._found


async def spoken_into(playback: Playback, voice: Voice, words: str) -> Attention:
    """A caller who begins in the middle of a prompt of ten seconds."""
    playback.sent("question", 10_000, True, 0)
    attention = Attention("CA1", HEARING, playback, cast(Listener, voice))
    await attention.follow(SpeechBegan(2_000, 2_200), None, 2_200)
    await attention.follow(Partial("hi", words, 2_400), None, 2_400)
    return attention


@pytest.mark.parametrize(("back_channel", "cuts"), [("", True), ("हाँ", False)])
def test_who_only_listens_is_asked_about_until_the_prompt_is_cut(back_channel: str, cuts: bool) -> None:
    async def call() -> None:
        playback, voice = Playback(), Voice(back_channel)
        attention = await spoken_into(playback, voice, "राम")
        assert attention.prompted(2_400)
        assert await attention.interrupts(2_400) == cuts
        assert voice.asked == 1
        assert attention.prompted(2_420) != cuts

    asyncio.run(call())


def test_a_voice_after_the_prompt_has_nothing_to_cut() -> None:
    async def call() -> None:
        playback, voice = Playback(), Voice("")
        attention = await spoken_into(playback, voice, "राम")
        playback.cut(2_400)
        assert not await attention.interrupts(2_420)
        assert voice.asked == 0

    asyncio.run(call())
