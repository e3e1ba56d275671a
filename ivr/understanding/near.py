"""Words of near sound, found without trying every word. Knows sounds only.

A word within k edits of another shares one of its k + 1 pieces unchanged, at most k letters away from its place
(G. Li et al., PASS-JOIN, VLDB 2011): only words that share a piece are compared.
"""

import itertools
from collections.abc import Iterable
from dataclasses import dataclass, field

from rapidfuzz.distance import Levenshtein
from rapidfuzz.process import extract

_LEAST = 0.7  # normalised similarity below which nothing is found


def _edits(longer: int, cutoff: float) -> int:
    """The most edits that leave two words, the longer of this length, at least `cutoff` alike."""
    return int(longer * (1 - cutoff) + 1e-9)


@dataclass(frozen=True)
class NearSounds:
    """Sounds by length, place and text of each of their pieces."""

    pieces: dict[tuple[int, int, str], list[str]] = field(default_factory=dict)
    lengths: dict[int, tuple[tuple[int, int], ...]] = field(default_factory=dict)

    @classmethod
    def build(cls, sounds: Iterable[str]) -> "NearSounds":
        made = cls()
        for sound in sorted(set(sounds) - {""}):
            length = len(sound)
            if length not in made.lengths:
                made.lengths[length] = _pieces(length)
            for begin, end in made.lengths[length]:
                made.pieces.setdefault((length, begin, sound[begin:end]), []).append(sound)
        return made

    def find(self, sound: str, cutoff: float, limit: int) -> list[tuple[str, float]]:
        """At most `limit` sounds at least `cutoff` (0.7 or more) alike, with their similarity, best first."""
        length = len(sound)
        reach = max(1, int(length * (1 - cutoff)))
        sharing: set[str] = set()
        for other in range(max(1, length - reach), length + reach + 1):
            if other in self.lengths:
                self._collect(sharing, sound, other, _edits(max(length, other), cutoff))
        hits = extract(sound, sharing, scorer=Levenshtein.normalized_similarity, limit=None, score_cutoff=cutoff)
        return sorted(((hit[0], hit[1]) for hit in hits), key=lambda item: (-item[1], item[0]))[:limit]

    def _collect(self, sharing: set[str], sound: str, length: int, edits: int) -> None:
        """Add the sounds of this length that share a piece."""
        for begin, end in self.lengths[length]:
            size = end - begin
            for at in range(max(0, begin - edits), min(len(sound) - size, begin + edits) + 1):
                found = self.pieces.get((length, begin, sound[at : at + size]))
                if found:
                    sharing.update(found)


def _pieces(length: int) -> tuple[tuple[int, int], ...]:
    """Where a word of this length is cut: one piece more than the edits that its nearest may need."""
    longest = length + max(1, _edits(length, _LEAST)) + 1  # the longest word that it is compared with
    number = min(length, _edits(longest, _LEAST) + 1)
    bounds = [length * i // number for i in range(number + 1)]
    return tuple(itertools.pairwise(bounds))
