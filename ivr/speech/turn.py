"""One turn of the caller while it is being spoken. Holds audio and texts; decides nothing."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from ivr.speech.audio import FRAME_MS, Samples
from ivr.speech.passes import Passes
from ivr.speech.timing import AudioMap


@dataclass(slots=True)
class Turn:
    """The utterance being spoken: its decoders, what they are still to be fed, and what they said last."""

    passes: Passes
    map: AudioMap = field(default_factory=AudioMap)
    batch: list[Samples] = field(default_factory=list)
    pause: list[Samples] = field(default_factory=list)  # frames since the last voice
    said: dict[tuple[str, bool], str] = field(default_factory=dict)
    fed: list[Samples] = field(default_factory=list)  # all that was decoded, for a second reading
    listening: dict[str, str] = field(default_factory=dict)  # by language, what it is as a back-channel
    listened_to: int = 0  # so many pieces of `fed`,
    listened_ms: int = 0  # and so much voice there was when that was heard
    changed_ms: int = 0  # when a new word was last heard
    voiced_ms: int = 0

    def add(self, frames: Sequence[Samples], until_ms: int) -> None:
        """These frames, the last of which ended at `until_ms`, are to be decoded."""
        if frames:
            length_ms = len(frames) * FRAME_MS
            self.map.add(until_ms - length_ms, length_ms)
            self.batch.extend(frames)

    def take_batch(self) -> Samples:
        taken = np.concatenate(self.batch) if self.batch else np.zeros(0, np.int16)
        self.batch.clear()
        self.fed.append(taken)
        return taken
