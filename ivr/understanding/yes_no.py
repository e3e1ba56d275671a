"""Yes, no or unclear. A bare "hmm" is unclear, never yes."""

from ivr.understanding.language_grammar import LanguageGrammar
from ivr.understanding.spot import Spot, Spotter
from ivr.understanding.text import Keys

YES, NO, UNCLEAR = "yes", "no", "unclear"


def build(grammar: LanguageGrammar) -> Spotter:
    folder = grammar.language.folder
    return Spotter.build(
        folder,
        {
            answer: [folder.fold(text) for text in grammar.written(templates)]
            for answer, templates in grammar.yes_no.items()
        },
    )


def read(spotter: Spotter, keys: Keys) -> str | None:
    """What the folded keys answer; None when nothing was said.

    Both said: the last counts, as in "yes ... no no, wrong". Doubt said anywhere is doubt, unless a clear answer
    follows it.
    """
    if not keys:
        return None
    spots = spotter.in_order(keys)
    answers = [spot for spot in spots if spot.label in (YES, NO)]
    if not answers:
        return UNCLEAR
    last = answers[-1]
    if any(spot.label == UNCLEAR and _outweighs(spot, last) for spot in spots):
        return UNCLEAR
    return last.label


def only_doubt(spotter: Spotter, keys: Keys) -> bool:
    """Whether the folded keys are words of doubt and nothing else."""
    doubts = [spot for spot in spotter.in_order(keys) if spot.label == UNCLEAR]
    return bool(keys) and sum(spot.words for spot in doubts) >= len(keys)


def _outweighs(doubt: Spot, answer: Spot) -> bool:
    return doubt.start > answer.start and doubt.words >= answer.words
