"""Holds back who tries codes: after some misses a client waits, whatever it asks next. In memory, a process.

Codes have 50 bits, so guessing finds nothing; this keeps the attempt from costing the database anything.
"""

from collections import OrderedDict

MISSES = 20  # a citizen mistypes twice or thrice
WINDOW_S = 600.0
CLIENTS = 4096  # the longest unseen are forgotten, so that the table is bounded


class Guessing:
    """`now` are monotonic seconds."""

    def __init__(self, misses: int = MISSES, window_s: float = WINDOW_S, clients: int = CLIENTS) -> None:
        self._misses, self._window_s, self._clients = misses, window_s, clients
        self._seen: OrderedDict[str, tuple[float, int]] = OrderedDict()

    def held(self, client: str, now: float) -> bool:
        """Whether this client has to wait."""
        since, count = self._seen.get(client, (now, 0))
        return count >= self._misses and now - since < self._window_s

    def missed(self, client: str, now: float) -> None:
        """A code that leads nowhere."""
        since, count = self._seen.pop(client, (now, 0))
        if now - since >= self._window_s:
            since, count = now, 0
        self._seen[client] = (since, count + 1)
        if len(self._seen) > self._clients:
            self._seen.popitem(last=False)
