"""What two passes over the same utterance make together: one n-best list, and whether they agree. Pure."""

from collections.abc import Set
from dataclasses import dataclass

from rapidfuzz import fuzz

from ivr.speech.models import Rejection
from ivr.speech.recogniser import NOTHING_HEARD, Recognition, Word
from ivr.speech.spelling import sound
from ivr.understanding.result import Hypothesis

NBEST = 6
_SAME_WORD = 75.0  # 0..100: spelling variants of a word, not different words
_OF_BOUND, _OF_FREE = 0.5, 0.3  # shares of each pass's words that the other must have
_LEAST_CONFIDENCE = 0.35
_LIKELY = 0.4  # of the best free reading's confidence


@dataclass(frozen=True, slots=True)
class TwoPasses:
    """One language's results. `bound`: under the wait's grammar; None where there is none to compare with."""

    free: Recognition
    bound: Recognition | None = None

    def believed(self, rule: Rejection) -> "TwoPasses":
        """These passes, or nothing where only the free one is there and cannot be trusted."""
        if self.bound is None and not self.free.trusted(rule):
            return TwoPasses(NOTHING_HEARD)
        return self


def agree(passes: TwoPasses, fillers: Set[str] = frozenset()) -> bool:
    """Whether some likely reading of the free pass has at least half of the meaning-bearing words that the grammar
    made out, and not many more ("want" is no answer to yes or no because it is in "I want a ration card").

    True where there is no grammar. False when either pass heard nothing, or when most of the utterance did not fit
    the grammar.
    """
    bound = passes.bound
    if bound is None:
        return True
    if bound.rejected or passes.free.rejected or bound.confidence < _LEAST_CONFIDENCE:
        return False
    wanted = _bearing(bound.text, fillers)
    likely = passes.free.alternatives[0].confidence * _LIKELY
    readings = [reading.text for reading in passes.free.alternatives if reading.confidence >= likely]
    return any(_share_words(wanted, _bearing(text, fillers)) for text in readings)


def _share_words(wanted: list[str], heard: list[str]) -> bool:
    shared = sum(any(fuzz.ratio(word, other) >= _SAME_WORD for other in heard) for word in wanted)
    return shared >= _OF_BOUND * len(wanted) and shared >= _OF_FREE * len(heard)


def _bearing(text: str, fillers: Set[str]) -> list[str]:
    """The words that carry meaning; all of them where there are only fillers ("haan" may be the answer)."""
    words = [sound(word) for word in text.split()]
    left_out = {sound(word) for word in fillers}
    return [word for word in words if word not in left_out] or words


def nbest(passes: TwoPasses) -> tuple[Hypothesis, ...]:
    """Readings best first, each text once: the grammar's best, the free best, then the others by confidence."""
    lists = [heard.alternatives for heard in (passes.bound, passes.free) if heard is not None and not heard.rejected]
    first = [found[0] for found in lists if found]
    rest = sorted((other for found in lists for other in found[1:]), key=lambda other: -other.confidence)
    chosen: dict[str, Hypothesis] = {}
    for hypothesis in first + rest:
        chosen.setdefault(hypothesis.text, hypothesis)
    return tuple(chosen.values())[:NBEST]


def words(passes: TwoPasses) -> tuple[Word, ...]:
    """The words of the first reading, with their times."""
    if passes.bound is not None and not passes.bound.rejected:
        return passes.bound.words
    return passes.free.words
