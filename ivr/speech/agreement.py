"""What two passes over the same utterance make together: one n-best list, and whether they agree. Pure."""

from collections.abc import Set
from dataclasses import dataclass, replace

from rapidfuzz import fuzz

from ivr.speech.models import Rejection
from ivr.speech.recogniser import NOTHING_HEARD, Recognition, Word
from ivr.speech.spelling import sound
from ivr.understanding.result import Hypothesis

NBEST = 6
_SAME_WORD = 75.0  # 0..100: spelling variants of a word, not different words
_OF_BOUND, _OF_FREE = 0.5, 0.3  # shares of each pass's words that the other must have
_LEAST_CONFIDENCE = 0.35
_OF_SPEECH = 0.5  # of the time, that a grammar's words must fill to be what was said
_LIKELY = 0.4  # of the best free reading's confidence


@dataclass(frozen=True, slots=True)
class TwoPasses:
    """One language's results. `bound`: under the wait's grammar; None where there is none to compare with.
    `elsewhere`: what was said is not what the grammar expects."""

    free: Recognition
    bound: Recognition | None = None
    elsewhere: bool = False

    def believed(self, rule: Rejection, *, digits: bool = False) -> "TwoPasses":
        """These passes, or nothing where only the free one is there and cannot be trusted. Where little of what was
        said fits the grammar, and the free pass is surer of more, something else was said: a sentence with "no" in it
        is no answer to yes or no. Not so where `digits` are said: freely they are heard badly, and much may be said
        around them."""
        if self.bound is None:
            return self if self.free.trusted(rule) else TwoPasses(NOTHING_HEARD)
        little = self.bound.coverage < min(_OF_SPEECH, self.free.coverage)
        surer = self.free.confidence > self.bound.confidence and self.free.trusted(rule)
        return replace(self, elsewhere=little and surer and not digits)


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
    """Readings best first, each text once: the grammar's best, the free best, then the others by confidence; the free
    best first where something `elsewhere` was said."""
    both = (passes.free, passes.bound) if passes.elsewhere else (passes.bound, passes.free)
    lists = [heard.alternatives for heard in both if heard is not None and not heard.rejected]
    first = [found[0] for found in lists if found]
    rest = sorted((other for found in lists for other in found[1:]), key=lambda other: -other.confidence)
    chosen: dict[str, Hypothesis] = {}
    for hypothesis in first + rest:
        chosen.setdefault(hypothesis.text, hypothesis)
    return tuple(chosen.values())[:NBEST]


def words(passes: TwoPasses) -> tuple[Word, ...]:
    """The words of the first reading, with their times."""
    if passes.bound is not None and not passes.bound.rejected and not passes.elsewhere:
        return passes.bound.words
    return passes.free.words
