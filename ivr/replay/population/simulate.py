"""Plays a population, and says how it went."""

import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ivr.dialogue.dialogue import Dialogue
from ivr.dialogue.ports import House
from ivr.replay.population.call import PromptTexts, Result, SimulatedCall
from ivr.replay.population.goals import Goals, Kind
from ivr.replay.population.hearing import MisHearing
from ivr.replay.population.person import Person
from ivr.replay.population.traits import Trait, population, share
from ivr.replay.population.words import Words
from ivr.understanding.accuracy import Rate
from ivr.web.assembly import Knowledge


@dataclass(frozen=True, slots=True)
class Plan:
    """`keys`: callers press keys when told to, or never do. `word_error`: of the recogniser, 0..1."""

    calls: int
    seed: int
    word_error: float
    keys: bool


def simulate(knowledge: Knowledge, plan: Plan, data: Path) -> Iterator[Result]:
    """One result a call, the same for the same plan and grammars. `data`: see `Goals.load`."""
    goals = Goals.load(knowledge.catalogue, knowledge.grammars, knowledge.script, data)
    words = Words(knowledge.catalogue, knowledge.grammars, knowledge.script)
    hearing = MisHearing(knowledge.grammars, plan.word_error)
    dialogues = {region: _dialogue(knowledge, region) for region in knowledge.script.districts}
    prompts = PromptTexts({lang: dict(texts) for lang, texts in knowledge.script.prompts.items()})
    kinds = population(plan.keys)
    for number in range(plan.calls):
        chance = random.Random(f"{plan.seed}:{number}")  # noqa: S311 - must repeat
        trait: Trait = chance.choices(kinds, [share(kind) for kind in kinds])[0]
        region = chance.choice(list(dialogues))
        goal = goals.draw(chance, chance.choice(knowledge.grammars.languages), region, trait.rambles)
        person = Person(goal, trait, words, chance)
        yield SimulatedCall(dialogues[region], knowledge.catalogue, prompts, hearing, person, chance).run()


def _dialogue(knowledge: Knowledge, region: str) -> Dialogue:
    house = House(region=region, operator=True)
    return Dialogue(knowledge.understander, knowledge.catalogue, knowledge.script, house, knowledge.grammars)


@dataclass(frozen=True, slots=True)
class Report:
    """`groups`: kind of caller, goal or language -> share of calls that got what they wanted, with 95 % intervals.
    Calls out of scope and of callers who hang up or never act count for `ended` and `missed` only."""

    success: Rate
    groups: Mapping[str, Rate]
    helped: Rate
    wrong: Rate
    missed: Rate
    not_ended: int
    turns: float
    seconds: float
    causes: Sequence[tuple[str, int]]
    dispositions: Mapping[str, int]


def judged(result: Result, unjudged: frozenset[str] = frozenset({"mute", "hangs up"})) -> bool:
    """Whether the call counts for task success."""
    return result.trait not in unjudged and result.goal.kind is not Kind.OUT_OF_SCOPE


def report(results: Iterable[Result]) -> Report:
    """The figures of a population."""
    every = list(results)
    counted = [r for r in every if judged(r)]
    groups: dict[str, list[bool]] = defaultdict(list)
    for r in counted:
        for name in (f"caller: {r.trait}", f"goal: {r.goal.kind}", f"language: {r.goal.lang}"):
            groups[name].append(r.done)
    won = [r for r in counted if r.done]
    emergencies = [r for r in every if r.goal.kind is Kind.EMERGENCY and judged(r)]
    return Report(
        success=Rate(len(won), len(counted)),
        groups={name: Rate(sum(done), len(done)) for name, done in sorted(groups.items())},
        helped=Rate(sum(r.done or r.person for r in counted), len(counted)),
        wrong=Rate(sum(r.wrong for r in every), len(every)),
        missed=Rate(sum(r.missed for r in emergencies), len(emergencies)),
        not_ended=sum(not r.ended for r in every),
        turns=_mean([r.turns for r in won]),
        seconds=_mean([r.seconds for r in won]),
        causes=Counter(cause(r) for r in counted if not r.done).most_common(12),
        dispositions=Counter(str(r.disposition) for r in every),
    )


def cause(result: Result) -> str:
    """Why a call failed, as far as its decisions tell."""
    notes = result.notes
    how = "to a person" if result.person else str(result.disposition)
    if result.wrong:
        return f"{result.goal.kind}: another service was opened or sent, {how}"
    last = [n for n in notes if n in ("no_match", "no_input", "denied", "place_skipped", "time_over", "caller_left")]
    return f"{result.goal.kind}: {last[-1] if last else 'nothing noted'}, {how}"


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0
