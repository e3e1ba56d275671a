"""Rebuilds a bundled model's `graph/` from words and sentences; the same bytes for the same input.

Owns the files of `graph/`. What it needs of the acoustic model lies beside it, `am/phones.txt` and `letters.yaml`;
models that lack them (those of others) have a graph of their own and are refused.
"""

import shutil
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from ivr.core.errors import ModelError
from ivr.speech.graph.fst import const, olabel_lookahead
from ivr.speech.graph.letters import Letters, Way, load_letters, pronounce
from ivr.speech.graph.order import OrderRules, word_order
from ivr.speech.graph.phones import Phones, graph_phone_count, read_phones, write_word_boundaries
from ivr.speech.graph.words import UNKNOWN, words_to_phones

PHONES, LETTERS = "am/phones.txt", "letters.yaml"
_COPIED = ("am", "conf")


@dataclass(frozen=True, slots=True)
class GraphRules:
    """`order`: the bigram's; `unknown_cost` is paid for each phone of `[unk]`: more of it, fewer rejections."""

    order: OrderRules = field(default_factory=OrderRules)
    unknown_cost: float = 0.0


@dataclass(frozen=True, slots=True)
class GraphReport:
    """What was built: how many words can be heard, which cannot for want of a letter rule, bytes of the graph."""

    words: int
    unspeakable: tuple[str, ...]
    size: int


def can_rebuild(model_dir: Path) -> bool:
    """Whether the model has what a graph is built from."""
    return (model_dir / PHONES).is_file() and (model_dir / LETTERS).is_file()


def _parts(model_dir: Path) -> tuple[Phones, Letters]:
    if not can_rebuild(model_dir):
        raise ModelError(f"{model_dir} has no {PHONES} or {LETTERS}: only bundled models can be given new words")
    phones, letters = read_phones(model_dir / PHONES), load_letters(model_dir / LETTERS)
    strange = letters.phones() - set(phones.names)
    if strange:
        raise ModelError(f"{model_dir / LETTERS}: no such phones in the model: {', '.join(sorted(strange))}")
    return phones, letters


def _lexicon(words: Iterable[str], letters: Letters) -> tuple[dict[str, tuple[Way, ...]], tuple[str, ...]]:
    """Word -> ways to say it, for those that have one; and those that have none."""
    every = {word: pronounce(word, letters) for word in sorted(set(words) - {UNKNOWN})}
    return {w: ways for w, ways in every.items() if ways}, tuple(w for w, ways in every.items() if not ways)


def unspeakable(model_dir: Path, words: Iterable[str]) -> tuple[str, ...]:
    """Those of `words` that the model's letter rules cannot read."""
    return _lexicon(words, _parts(model_dir)[1])[1]


def rebuild(
    model_dir: Path,
    words: Iterable[str],
    sentences: Iterable[str],
    out_dir: Path | None = None,
    rules: GraphRules = GraphRules(),
) -> GraphReport:
    """Give the model of `model_dir` a graph of `words`, in the order that `sentences` show.

    The model with its new graph lands in `out_dir` (in place where None). Words without a letter rule are left out and
    named in the report. ModelError when the model has no phones and letters of its own or nothing can be heard.
    """
    phones, letters = _parts(model_dir)
    ways, unread = _lexicon(words, letters)
    if not ways:
        raise ModelError("no words to build a graph of")
    target = _prepare(model_dir, out_dir or model_dir)
    names = (*sorted(ways, key=lambda w: (min(ways[w]), w)), UNKNOWN)  # alike words side by side: small intervals
    numbers = {word: number for number, word in enumerate(names, 1)}
    order = word_order(numbers, sentences, rules.order)
    hcl = words_to_phones(names, ways, phones, rules.unknown_cost)
    files = {
        "HCLr.fst": olabel_lookahead(hcl, len(names)),
        "Gr.fst": const(order),
        "words.txt": "".join(f"{w} {n}\n" for w, n in {"<eps>": 0, **numbers}.items()).encode(),
        "lexicon.txt": "".join(f"{w} {' '.join(way)}\n" for w in sorted(ways) for way in ways[w]).encode(),
        "disambig_tid.int": f"{2 * graph_phone_count(len(phones.names)) + 1}\n".encode(),
    }
    for name, content in files.items():
        _replace(target / name, content)
    write_word_boundaries(target / "phones" / "word_boundary.int", len(phones.names))
    return GraphReport(len(ways), unread, sum(map(len, files.values())))


def _prepare(model_dir: Path, out_dir: Path) -> Path:
    """The graph folder of `out_dir`, which is made a copy of the model first where it is not the model itself."""
    if out_dir.resolve() != model_dir.resolve():
        for part in _COPIED:
            shutil.copytree(model_dir / part, out_dir / part, dirs_exist_ok=True)
        shutil.copy2(model_dir / LETTERS, out_dir / LETTERS)
    graph = out_dir / "graph"
    (graph / "phones").mkdir(parents=True, exist_ok=True)
    return graph


def _replace(path: Path, content: bytes) -> None:
    """Write whole or not at all: a server that is just starting never reads half a graph."""
    fresh = path.with_suffix(path.suffix + ".new")
    fresh.write_bytes(content)
    fresh.replace(path)
