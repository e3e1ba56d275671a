"""What a caller may say at any wait: operator, again, back, wait ... and a language by its name."""

from dataclasses import dataclass

from ivr.understanding.language_grammar import LanguageGrammar
from ivr.understanding.result import Command
from ivr.understanding.spot import Spotter
from ivr.understanding.text import Keys

_LEAST_SHARE = 0.7  # of the utterance's content words that a command must make up


@dataclass(frozen=True)
class CommandSpotter:
    commands: Spotter
    languages: Spotter
    language_words: frozenset[str]

    @classmethod
    def build(cls, grammar: LanguageGrammar) -> "CommandSpotter":
        known = {command.value for command in Command}
        phrases = {
            name: [grammar.language.folder.keys(text) for text in grammar.written(templates)]
            for name, templates in grammar.commands.items()
            if name in known
        }
        names = grammar.language.names
        change = {key for keys in phrases.get(Command.CHANGE_LANGUAGE, ()) for key in keys}
        return cls(
            Spotter.build(grammar.language.folder, phrases),
            Spotter.build(grammar.language.folder, names),
            frozenset(change),
        )

    def command(self, keys: Keys, content: Keys) -> Command | None:
        """The command that the keys (not folded further) are; None where the `content` says mostly something else."""
        for spot in self.commands.anywhere(keys, 0):
            if spot.words >= _LEAST_SHARE * len(content):
                return Command(spot.label)
        return None

    def language(self, keys: Keys, content: Keys, *, asked: bool) -> str | None:
        """The language named last. Where it was not `asked` for, the name must be most of what is said."""
        spots = self.languages.in_order(keys)
        if not spots:
            return None
        last = spots[-1]
        if asked:
            return last.label
        words = sum(spot.words for spot in spots)
        words += sum(1 for key in content if key in self.language_words)
        return last.label if words >= _LEAST_SHARE * len(content) else None
