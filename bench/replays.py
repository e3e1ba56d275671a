"""A replayed call beside the raw decoding of its speech.

    python -m bench.replays [--quick]

The recorded callers of audio/fixtures through the whole telephone path in virtual time, with real recognition; then the
same speech once through one free recogniser of the caller's language, as fast as it goes. In turns,
three rounds; processor seconds of the process, scaled to a call of 60 s.
"""

import argparse
import time
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import vosk

from bench.callers import FIXTURES
from bench.results import Target, load_average, machine, ratios, spread, table, versions, write_section, write_targets
from ivr.core import logs
from ivr.replay.case import Act, Case, find_cases
from ivr.replay.load.run import suited
from ivr.replay.modes import Mode
from ivr.replay.run import Player
from ivr.replay.virtual_loop import run_virtual
from ivr.speech.audio import mulaw_decode
from ivr.web.assembly import Knowledge

ROUNDS, CASES, MINUTE_S = 3, 12, 60.0


def replayed(player: Player, cases: Sequence[Case]) -> tuple[float, float]:
    """(processor seconds, seconds of call) of all the cases."""
    begun = time.process_time()
    outcomes = [run_virtual(player.play(case)) for case in cases]
    return time.process_time() - begun, sum(outcome.call_s for outcome in outcomes)


def decoded(knowledge: Knowledge, cases: Sequence[Case]) -> float:
    """Processor seconds for all that the callers say."""
    begun = time.process_time()
    for case in cases:
        model = knowledge.models.get(case.language)
        for turn in case.turns:
            if turn.act is Act.SAY:
                recogniser = vosk.KaldiRecognizer(model.handle, float(model.rate_hz))
                recogniser.AcceptWaveform(mulaw_decode(turn.audio).tobytes())
                recogniser.FinalResult()
    return time.process_time() - begun


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="fewer calls")
    logs.configure("error")
    cases = suited(find_cases([FIXTURES]))
    cases = cases[:: max(1, len(cases) // (CASES // 3 if parser.parse_args().quick else CASES))]
    knowledge, begun = Knowledge.load(), load_average()
    replays, raw = list[float](), list[float]()
    with TemporaryDirectory(prefix="janvaani-bench-") as folder:
        player = Player(knowledge, Mode.REAL, Path(folder))
        replayed(player, cases)  # prompts are rendered and kept
        for _ in range(ROUNDS):
            cpu_s, call_s = replayed(player, cases)
            replays.append(cpu_s * MINUTE_S / call_s)
            raw.append(decoded(knowledge, cases) * MINUTE_S / call_s)
    times = ratios(replays, raw)
    rows = [
        ("replay of 60 s of call", spread(replays, 2)),
        ("raw decoding of the speech in them", spread(raw, 2)),
        ("replay against raw decoding", spread(times, 2)),
    ]
    body = f"""`python -m bench.replays` on {machine()}; {versions(("vosk",))}; {len(cases)} calls.
Load average {begun} before, {load_average()} after.
{(__doc__ or "").split("[--quick]")[1].strip()}

{table(("what", "processor s"), rows)}"""
    write_section("Replay", body)
    aim = Target("replay of a 60 s call against the raw decoding of its speech", "<= 3x", spread(times, 2),
                 max(times) <= 3)  # fmt: skip
    write_targets("Replay", [aim])


if __name__ == "__main__":
    main()
