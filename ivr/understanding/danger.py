"""What is put together of concepts into an emergency: who, what happens, with what, where (grammars/emergency.yaml).

The events are the same for every language, its words for the concepts are in grammars/<lang>/danger.yaml. Owns the
words and the finding; which excuse counts for a finding is for `emergency` to decide.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from ivr.understanding.danger_data import ANY, END, MARKS, Dangers, Group
from ivr.understanding.text import Folder, Keys

_SOUNDS = 4  # letters of a word from which its sound tells it apart
_TAIL = 3  # letters that may follow a beginning of one letter fewer
_GAP = 1  # foreign words between two of one expression
_CACHE_WORDS = 50_000

_Line = tuple[str, tuple[int, ...]]  # a kind, and the concepts of each group as bits

_SUNNA = "ం"
_SOUND = "~"  # begins a sound, which is no key


@dataclass(frozen=True)
class WordTable:
    """Words with or without a sign for what may stand before or behind, by number: what a heard word may be."""

    folder: Folder
    stem: int
    among: set[int] = field(default_factory=set)  # that count only among others, and may end as they like
    exact: dict[str, set[int]] = field(default_factory=dict)
    begins: dict[str, set[int]] = field(default_factory=dict)
    ends: dict[str, set[int]] = field(default_factory=dict)
    _cache: dict[str, frozenset[int]] = field(default_factory=dict, repr=False)

    def add(self, word: str, number: int, sounding: bool) -> None:
        """`word` as in the data, with its signs; `sounding`: one that only sounds so will do."""
        for key in self.folder.keys(word.strip(ANY)):
            table = self.ends if word.startswith(ANY) else self.begins if word.endswith(ANY) else self.exact
            table.setdefault(key, set()).add(number)
            if word.endswith(_SUNNA + ANY):
                table.setdefault(key[:-1] + "n", set()).add(number)  # within a word the sunna is another
            sound = _SOUND + self.folder.sound(key)
            if sounding and table is not self.ends and len(sound) > _SOUNDS:
                table.setdefault(sound, set()).add(number)

    def find(self, key: str, endings: tuple[str, ...], plain: frozenset[int]) -> frozenset[int]:
        """The numbers of the words that the heard one may be. One that ends in `endings` is no word with a sign at its
        end, but for the `plain` ones."""
        found = self._cache.get(key)
        if found is None:
            found = frozenset(self._find(key, endings, plain))
            if len(self._cache) < _CACHE_WORDS:
                self._cache[key] = found
        return found

    def _find(self, key: str, endings: tuple[str, ...], plain: frozenset[int]) -> set[int]:
        found: set[int] = set()
        talked_of = key.endswith(endings)
        for form in (key, _SOUND + self.folder.sound(key)):
            found |= self.exact.get(form, set())
            for end in range(1, len(form) + 1):
                begun = self.begins.get(form[:end], set())
                if begun and not self._may_end(form[:end], form[end:]):
                    begun = begun & self.among
                found |= begun & plain if talked_of and end < len(form) else begun
        for start in range(len(key)):
            found |= self.ends.get(key[start:], set())
        for ending in self.folder.endings:
            if key.endswith(ending) and len(key) - len(ending) >= self.stem - 1:
                found |= self.exact.get(key[: -len(ending)], set()) - plain
        return found

    def _may_end(self, stem: str, tail: str) -> bool:
        """Whether a word of this stem may end so: after few letters only as words are declined."""
        letters = len(stem.lstrip(_SOUND))
        if letters >= self.stem or (letters == self.stem - 1 and len(tail) <= _TAIL):
            return True
        return not tail.strip("aiueo") or tail in self.folder.endings


@dataclass(frozen=True, slots=True)
class Event:
    """An emergency told by words `start:end`."""

    kind: str
    start: int
    end: int


@dataclass(frozen=True)
class Scene:
    """What an utterance speaks of: the concepts (as bits) at each word."""

    at: tuple[int, ...]
    all: int
    starts: dict[int, int]  # concepts -> the words (as bits) in whose reach one is said; filled as asked for


@dataclass(frozen=True)
class _Numbered:
    """The concepts' expressions by the numbers of their words. `singles`: number -> concepts; `sequences`: that of the
    first word -> (those of the others, concept); `plain`: words of marks; `end`: the number of `END`."""

    table: WordTable
    singles: Mapping[int, int]
    sequences: Mapping[int, Sequence[tuple[tuple[int, ...], int]]]
    plain: frozenset[int]
    end: frozenset[int]

    @classmethod
    def build(cls, folder: Folder, dangers: Dangers, bits: Mapping[str, int]) -> "_Numbered":
        numbers: dict[tuple[str, bool], int] = {}  # of a word that stands alone, or among others
        singles: dict[int, int] = {}
        sequences: dict[int, list[tuple[tuple[int, ...], int]]] = {}
        plain: set[int] = set()
        marks = {name for names in dangers.marks.values() for name in names}
        for name, text in ((name, text) for name, texts in dangers.words.items() for text in texts):
            parts = text.split()
            ids = [numbers.setdefault((word, len(parts) == 1), len(numbers)) for word in parts]
            plain.update(ids if name in marks else ())
            if len(ids) == 1:
                singles[ids[0]] = singles.get(ids[0], 0) | bits[name]
            else:
                sequences.setdefault(ids[0], []).append((tuple(ids[1:]), bits[name]))
        table = WordTable(folder, dangers.stem, {number for (_, alone), number in numbers.items() if not alone})
        for (word, _), number in numbers.items():
            table.add(word, number, sounding=number not in plain)
        end = frozenset(number for (word, _), number in numbers.items() if word == END)
        return cls(table, singles, sequences, frozenset(plain), end)


@dataclass(frozen=True)
class DangerFinder:
    """Concepts are bits, of `bits` by name."""

    dangers: Dangers
    words: "_Numbered"
    endings: tuple[str, ...]
    bits: Mapping[str, int]
    events: tuple[_Line, ...]
    doubts: tuple[_Line, ...]
    marks: Mapping[str, int]

    @classmethod
    def build(cls, folder: Folder, dangers: Dangers) -> "DangerFinder":
        bits = {name: 1 << at for at, name in enumerate(dangers.words)}
        words = _Numbered.build(folder, dangers, bits)
        events, doubts = (
            tuple((kind, tuple(_bits(bits, group) for group in groups)) for kind, groups in _longest_first(lines))
            for lines in (dangers.events, dangers.doubts)
        )
        endings = tuple(filter(None, (folder.key(ending) for ending in dangers.endings))) or ("\0",)
        marks = {mark: _bits(bits, dangers.marks.get(mark, ())) for mark in MARKS}
        return cls(dangers, words, endings, bits, events, doubts, marks)

    def scene(self, keys: Keys) -> Scene:
        heard = [*(self.words.table.find(key, self.endings, self.words.plain) for key in keys), self.words.end]
        at = [self._single(numbers) for numbers in heard]
        for start, numbers in enumerate(heard):
            for first in numbers:
                for rest, bit in self.words.sequences.get(first, ()):
                    end = _follow(rest, heard, start)
                    if end:
                        at[start] |= bit
                        at[end] |= bit
        whole = 0
        for found in at:
            whole |= found
        return Scene(tuple(at), whole, {})

    def _single(self, numbers: Iterable[int]) -> int:
        found = 0
        for number in numbers:
            found |= self.words.singles.get(number, 0)
        return found

    def find(self, scene: Scene, doubtful: bool = False) -> Iterator[Event]:
        """The events, those of most concepts first; `doubtful`: what may be one."""
        said = scene.all
        for kind, groups in self.doubts if doubtful else self.events:
            for group in groups:  # hundreds of lines an utterance, nearly all of which end at the first group
                if not said & group:
                    break
            else:
                starts = -1
                for group in groups:
                    starts &= _starts(scene, group, self.dangers.reach)
                if starts:
                    yield _tight(kind, groups, scene.at, (starts & -starts).bit_length() - 1)

    def marked(self, scene: Scene, mark: str, start: int = 0, end: int | None = None) -> bool:
        """Whether words `start:end` of the utterance have one of `mark` (talk, now ...)."""
        wanted = self.marks[mark]
        return bool(scene.all & wanted) and any(found & wanted for found in scene.at[max(start, 0) : end])

    def silenced(self, scene: Scene, kind: str) -> bool:
        """Whether it is not people to whom it happens."""
        return any(
            kind in entry.kinds
            and all(self.bits[name] & scene.all for name in entry.concepts)
            and not scene.all & _bits(self.bits, entry.unless)
            for entry in self.dangers.harmless
        )


def _bits(bits: Mapping[str, int], names: Iterable[str]) -> int:
    found = 0
    for name in names:
        found |= bits[name]
    return found


def _follow(rest: Sequence[int], heard: Sequence[frozenset[int]], start: int) -> int:
    """Where the last of the words stands, each at most `_GAP` words behind the one before; 0 where one lacks."""
    at = start
    for number in rest:
        for step in range(at + 1, min(at + 2 + _GAP, len(heard))):
            if number in heard[step]:
                at = step
                break
        else:
            return 0
    return at


def _starts(scene: Scene, group: int, reach: int) -> int:
    """The words, as bits, from which one of the group's concepts is said within `reach` words."""
    found = scene.starts.get(group)
    if found is None:
        found = 0
        for place, bits in enumerate(scene.at):
            if bits & group:
                found |= ((1 << reach) - 1) << place >> (reach - 1) if place >= reach - 1 else (1 << place + 1) - 1
        scene.starts[group] = found
    return found


def _longest_first(lines: Iterable[tuple[str, tuple[Group, ...]]]) -> list[tuple[str, tuple[Group, ...]]]:
    return sorted(lines, key=lambda line: -len(line[1]))


def _tight(kind: str, groups: Sequence[int], at: Sequence[int], start: int) -> Event:
    """The event that begins in the window at `start`: the first words that make it whole."""
    wanted = list(groups)
    first = end = start
    for place in range(start, len(at)):
        left = [group for group in wanted if not group & at[place]]
        if len(left) < len(wanted) == len(groups):
            first = place
        wanted = left
        if not wanted:
            end = place + 1
            break
    return Event(kind, first, end)
