"""Compares the letter rules of a bundled model with what espeak-ng says: the words that they read differently.

python -m tools.acoustic.check_letters hi
"""

import sys

from ivr.core.data import data_dir
from ivr.speech.graph.letters import load_letters, pronounce
from ivr.understanding.grammars import Grammars
from tools.acoustic import phones
from tools.acoustic.espeak import Espeak


def by_espeak(engine: Espeak, lang: str, word: str) -> tuple[str, ...]:
    """espeak's phones for a word said alone; none where it leaves the language."""
    try:
        found = [phones.fold(lang, name) for _, name in engine.say(word, lang).phonemes]
    except KeyError:
        return ()
    return tuple(phone for phone in found if phone not in (None, phones.SIL))


def main() -> None:
    lang = sys.argv[1]
    letters = load_letters(data_dir("audio") / "models" / lang / "letters.yaml")
    engine, differing = Espeak(), 0
    words = sorted(Grammars.load(data_dir("grammars")).vocabulary(lang))
    for word in words:
        said, ways = by_espeak(engine, lang, word), pronounce(word, letters)
        if said and said not in ways:
            differing += 1
            sys.stdout.write(f"{word}\tespeak {' '.join(said)}\trules {' | '.join(map(' '.join, ways))}\n")
    sys.stdout.write(f"{lang}: {differing} of {len(words)} words differ\n")


if __name__ == "__main__":
    main()
