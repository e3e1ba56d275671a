"""How long it takes to understand one utterance, with 199 services and with many more, beside plain look-ups.

    python -m bench.understanding [--quick] [--own]

Times are of one thread's processor (time.thread_time), so that neighbours on the machine do not count; each round says
all the development set's utterances once: as written, then with a quarter of the words misheard, by two seeds. Words
that were never heard are looked up in full, known ones found in a cache, as in a call.
"""

import argparse
import gc
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from pathlib import Path

from hassil import Intents, recognize
from rapidfuzz import fuzz
from rapidfuzz.process import extract

from bench.enlarge import enlarge
from bench.results import Target, load_average, machine, table, versions, write_section, write_targets
from ivr.cli.accuracy import corrupter, read_rows, utterances
from ivr.cli.understand import load_understander
from ivr.understanding.language_grammar import LanguageGrammar
from ivr.understanding.matcher import Matcher
from ivr.understanding.result import Hypothesis, WaitKind
from ivr.understanding.understand import Understander

DATA = Path(__file__).resolve().parents[1] / "tests" / "data" / "utterances.csv"
TODAY = date(2026, 11, 22)
SIZES = {199: 2.0, 738: 5.0, 5000: 25.0}  # services -> the p99 in ms that the matcher must keep to
ROUNDS = ((0.0, 1), (0.25, 1), (0.25, 2))  # word error rate and seed
SLOW_SAMPLE = 8000  # services times utterances for what takes long: 40 utterances at 199 services, 2 at 5,000
_LEAST_SAMPLE = 2
_LANGUAGES = ("hi", "te")

Said = Sequence[str]


@dataclass(frozen=True)
class Timed:
    """p50 and p99 in ms of each round."""

    p50: tuple[float, ...]
    p99: tuple[float, ...]
    count: int

    def cells(self) -> tuple[str, str, int]:
        return _spread(self.p50), _spread(self.p99), self.count


def _spread(values: Sequence[float]) -> str:
    low, high = min(values), max(values)
    digits = 2 if high < 100 else 0
    middle = statistics.median(values)
    return f"{middle:.{digits}f} ({low:.{digits}f}-{high:.{digits}f})" if len(values) > 1 else f"{middle:.{digits}f}"


def timed(call: Callable[[str], object], rounds: Sequence[Said]) -> Timed:
    p50, p99 = [], []
    for texts in rounds:
        took = []
        for text in texts:
            began = time.thread_time_ns()
            call(text)
            took.append((time.thread_time_ns() - began) / 1e6)
        took.sort()
        p50.append(took[len(took) // 2])
        p99.append(took[int(len(took) * 0.99)])
    return Timed(tuple(p50), tuple(p99), len(rounds[0]))


def larger(understander: Understander, lang: str, services: int) -> Understander:
    """The same with that many services in one language, ready to answer in it."""
    grammars = understander.grammars
    by_language = {**grammars.by_language, lang: enlarge(grammars.by_language[lang], services)}
    made = Understander(replace(grammars, by_language=by_language), understander.catalogue)
    made.reader(lang).warm()
    gc.collect()
    gc.freeze()  # as Knowledge.load does
    return made


def measured(understander: Understander, lang: str, rounds: Sequence[Said]) -> Iterator[tuple[str, Timed]]:
    reader = understander.reader(lang)
    matcher = _unheard(reader.matcher)

    def match(text: str) -> None:
        matcher.match([reader.read(text).content])

    def understand(text: str) -> None:
        understander.understand((Hypothesis(text),), lang, WaitKind.SERVICE, TODAY)

    yield "matcher", timed(match, rounds)
    yield "whole understand()", timed(understand, rounds)


def _unheard(matcher: Matcher) -> Matcher:
    """The same with nothing but its own words in its caches, so that what is measured first makes nothing quicker."""
    lexicon = replace(matcher.index.lexicon, _cache={}, _joined={})
    for word in lexicon.words:
        lexicon.find(word)
    return Matcher(replace(matcher.index, lexicon=lexicon), matcher.costs)


def compared(grammar: LanguageGrammar, texts: Said) -> Iterator[tuple[str, Timed]]:
    """Plain look-ups in all the phrases, as written."""
    phrases = list(dict.fromkeys(text for found in grammar.services.values() for text in grammar.written(found)))
    for name, scorer in (("token_set_ratio", fuzz.token_set_ratio), ("WRatio", fuzz.WRatio)):
        yield f"rapidfuzz extract, {name}", timed(partial(extract, choices=phrases, scorer=scorer, limit=5), [texts])


def hassil_intents(grammar: LanguageGrammar) -> Intents:
    intents = {
        name: {"data": [{"sentences": [template.text for template in templates]}]}
        for name, templates in grammar.services.items()
    }
    rules = {name: rule.text for name, rule in grammar.rules.items()}
    return Intents.from_dict({"language": grammar.language.id, "intents": intents, "expansion_rules": rules})


def _rounds(understander: Understander, lang: str) -> list[Said]:
    texts = [found.text for found in utterances(read_rows(DATA, {"lang", "text"})) if found.lang == lang]
    return [
        [respeak(lang, text) for text in texts]
        for respeak in (corrupter(understander, rate, seed) for rate, seed in ROUNDS)
    ]


def rows(sizes: Sequence[int], plain: bool) -> Iterator[tuple[object, ...]]:
    small = load_understander()
    for size in sizes:
        for lang in _LANGUAGES:
            made = larger(small, lang, size)
            grammar, rounds = made.grammars.by_language[lang], _rounds(small, lang)
            for name, found in measured(made, lang, rounds):
                limit = f"{SIZES.get(size, 0):g}" if name == "matcher" else ""
                yield size, lang, name, *found.cells(), limit
            if plain:
                sample = rounds[0][:: len(rounds[0]) // max(_LEAST_SAMPLE, SLOW_SAMPLE // size)]
                for name, found in compared(grammar, sample):
                    yield size, lang, name, *found.cells(), ""
                intents = hassil_intents(grammar)
                found = timed(partial(recognize, intents=intents), [sample])
                yield size, lang, "hassil recognize", *found.cells(), ""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--services", type=int, nargs="*", default=list(SIZES))
    parser.add_argument("--own", action="store_true", help="only the matcher, nothing beside it; writes nothing")
    parser.add_argument("--quick", action="store_true", help="as many services as there are, no more")
    options = parser.parse_args()
    sizes = options.services[:1] if options.quick else options.services
    columns = ("services", "language", "what", "p50 ms (spread)", "p99 ms (spread)", "utterances", "p99 at most")
    begun, found = load_average(), list[tuple[object, ...]]()
    for row in rows(sizes, not options.own):
        print(*row, sep="\t", flush=True)
        found.append(row)
    if not options.own:
        write_section("Understanding one utterance", _body(table(columns, found), begun))
        write_targets("Understanding one utterance", list(_targets(found)))


def _targets(found: Sequence[tuple[object, ...]]) -> Iterator[Target]:
    """The matcher's: the middle of the rounds counts, for each round's p99 is of five utterances."""
    for size, lang, name, _, p99, _, limit in found:
        if name == "matcher" and limit:
            reached = float(str(p99).split()[0]) <= float(str(limit))
            yield Target(f"matcher, {size} services, {lang}, p99", f"<= {limit} ms", f"{p99} ms", reached)


def _body(figures: str, begun: str) -> str:
    return f"""`python -m bench.understanding` on {machine()}; {versions(("rapidfuzz", "hassil", "numpy"))}.
Load average {begun} before, {load_average()} after.
{(__doc__ or "").split("[--own]")[1].strip()}
The matcher is given the text; folding is in its time. More than 199 services: copies of the real ones with half of
their content words replaced, seeded. Beside it, on the same phrases: `rapidfuzz.process.extract` over all sentences as
written (at most 300 a template), and hassil's `recognize` over the same templates, on a sample and once. The middle of
the rounds stands first, the least and the most in brackets.

{figures}"""


if __name__ == "__main__":
    main()
