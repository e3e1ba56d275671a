"""What lies between the caller's telephone and the application, and goes wrong there. Seeded: the same again.

Frames of a stream come in order, for it is one TCP connection: jitter lets them come late and then several at once.
Frames are lost or doubled before the carrier. Pure: times are the stream's milliseconds.
"""

import random
from collections import deque
from dataclasses import dataclass
from typing import Any

Message = tuple[str, dict[str, Any]]  # event, body

MEDIA, MARK, STOP = "media", "mark", "stop"


@dataclass(frozen=True, slots=True)
class Network:
    """`jitter_ms`: so late a frame may come; `lost`, `doubled`, `lost_marks`: shares of frames and marks (0..1);
    `late_marks_ms`: so much later a mark comes back; `breaks_at_s`: seconds of the call at which the stream breaks off
    and the call goes on; `hang_up_at_s`: the caller is gone then, whatever else was to come."""

    jitter_ms: int = 0
    lost: float = 0.0
    doubled: float = 0.0
    late_marks_ms: int = 0
    lost_marks: float = 0.0
    breaks_at_s: tuple[float, ...] = ()
    hang_up_at_s: float | None = None
    seed: int = 1

    @property
    def clean(self) -> bool:
        """Whether nothing happens to messages."""
        return not (self.jitter_ms or self.lost or self.doubled or self.late_marks_ms or self.lost_marks)


class Passage:
    """One stream's way through a network."""

    def __init__(self, network: Network) -> None:
        self._network, self._clean = network, network.clean
        self._rng = random.Random(network.seed)  # noqa: S311 - must repeat
        self._under_way: deque[tuple[float, Message]] = deque()  # frames and keys, by arrival
        self._marks: deque[tuple[float, Message]] = deque()
        self._arrived_ms = 0.0  # the latest arrival so far

    def through(self, at_ms: int, sent: list[Message]) -> list[Message]:
        """What arrives at `at_ms`, of what is `sent` now and before. All of it with `stop`: the connection ends."""
        if self._clean:
            return sent
        for message in sent:
            self._enters(at_ms, message)
        ends = any(event == STOP for event, _ in sent)
        return [*self._due(self._marks, at_ms, ends), *self._due(self._under_way, at_ms, ends)]

    def _enters(self, at_ms: int, message: Message) -> None:
        network, event = self._network, message[0]
        if event == MARK:
            if self._rng.random() >= network.lost_marks:
                self._marks.append((at_ms + network.late_marks_ms, message))
            return
        if event == MEDIA and self._rng.random() < network.lost:
            return
        self._arrived_ms = max(self._arrived_ms, at_ms + self._rng.uniform(0, network.jitter_ms))
        self._under_way.append((self._arrived_ms, message))
        if event == MEDIA and self._rng.random() < network.doubled:
            self._under_way.append((self._arrived_ms, message))

    @staticmethod
    def _due(waiting: deque[tuple[float, Message]], at_ms: int, everything: bool) -> list[Message]:
        arrived = []
        while waiting and (everything or waiting[0][0] <= at_ms):
            arrived.append(waiting.popleft()[1])
        return arrived
