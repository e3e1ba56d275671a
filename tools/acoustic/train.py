"""Trains the acoustic network: lattice-free MMI over phones, with a phone bigram as the rival.

    python -m tools.acoustic.train hi hi.pkl hi.pt --steps 1400      # one core, ~13 minutes

After Povey et al., Purely sequence-trained neural networks for ASR based on lattice-free MMI (2016), with monophones.
"""

import argparse
import pickle
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from tools.acoustic import channel, features, phones
from tools.acoustic.batches import Batch, Speech
from tools.acoustic.network import Network
from tools.acoustic.synthesise import Utterance

_START_SILENT = 0.9  # chance that an utterance begins with silence
_NEVER = -1e5


@dataclass(frozen=True, slots=True)
class Plan:
    """A fixed number of steps from a fixed seed: the same network again on the same machine and threads."""

    steps: int = 1400
    width: int = 256
    seed: int = 1
    rate: float = 3e-3

    def rate_at(self, step: int) -> float:
        """Learning rate: a short rise, then a long fall."""
        fall: float = max(0.02, 1 - step / self.steps) ** 1.2
        return self.rate * min(1.0, (step + 1) / 60) * fall


def denominator(scores: torch.Tensor, table: torch.Tensor) -> torch.Tensor:
    """log of the sum over every phone string; scores (rows, frames, phones, 2) are log-likelihoods."""
    first, more = scores[..., 0], scores[..., 1]
    top = scores.amax((2, 3), keepdim=False).detach()
    first, more = (first - top[..., None]).exp(), (more - top[..., None]).exp()
    start = torch.full((table.shape[0],), (1 - _START_SILENT) / table.shape[0])
    start[0] = _START_SILENT
    alpha = first[:, 0] * start
    total = top.sum(1)
    for t in range(1, scores.shape[1]):
        scale = alpha.sum(1, keepdim=True)
        total = total + scale.log()[:, 0]
        alpha = alpha / scale
        alpha = alpha * more[:, t] + (alpha @ table) * first[:, t]
    return total + alpha.sum(1).log()


def numerator(scores: torch.Tensor, batch: Batch, log_table: torch.Tensor) -> torch.Tensor:
    """log of the sum over the timings of the phones that were said, each near where espeak put it."""
    rows, frames = scores.shape[:2]
    ids, longest = batch.ids, batch.ids.shape[1]
    local = scores.gather(2, ids[:, None, :, None].expand(-1, frames, -1, 2))
    t = torch.arange(frames)[None, :, None]
    allowed = (t >= batch.spans[:, None, :, 0]) & (t < batch.spans[:, None, :, 1])
    local = local + torch.where(allowed, 0.0, -1e4)[..., None]
    enter = torch.zeros(rows, longest)
    enter[:, 1:] = log_table[ids[:, :-1], ids[:, 1:]]
    first, more = (local[..., 0] + enter[:, None]).unbind(1), local[..., 1].unbind(1)
    edge = torch.full((rows, 1), _NEVER)
    alpha = torch.cat([first[0][:, :1] + np.log(_START_SILENT), edge.expand(-1, longest - 1)], 1)
    for t in range(1, frames):
        alpha = torch.logaddexp(alpha + more[t], torch.cat([edge, alpha[:, :-1]], 1) + first[t])
    return alpha.gather(1, (batch.lengths - 1)[:, None])[:, 0]


def _loss(network: Network, batch: Batch, speech: Speech, noise: torch.Generator) -> tuple[torch.Tensor, float]:
    """What to make smaller, and its MMI part a frame for the log."""
    count = speech.bigram.shape[0]
    with torch.no_grad():
        mel = channel.mouth(features.log_mel(channel.telephone(batch.waves, noise)), noise)
        inputs = channel.blur(features.cepstra(mel), noise)
    outputs, frame_outputs = network(inputs)
    scores = outputs.unflatten(2, (count, 2))
    rival = denominator(scores, speech.bigram)
    mmi = (rival - numerator(scores, batch, speech.bigram.log())).sum() / (scores.shape[0] * scores.shape[1])
    entropy = torch.nn.functional.cross_entropy(frame_outputs.flatten(0, 1), batch.labels.flatten())
    return mmi + 0.15 * entropy + 2e-4 * outputs.square().mean(), mmi.item()


def train(lang: str, made: list[Utterance], plan: Plan) -> tuple[Network, torch.Tensor]:
    """The network after `plan.steps` batches, and the phone bigram."""
    torch.manual_seed(plan.seed)
    rng, noise = np.random.default_rng(plan.seed), torch.Generator().manual_seed(plan.seed)
    speech = Speech(made, len(phones.inventory(lang)))
    network = Network(speech.bigram.shape[0], plan.width).train()
    optimiser = torch.optim.AdamW(network.parameters(), lr=plan.rate, weight_decay=1e-3)
    begun, step = time.monotonic(), 0
    while True:
        for batch in speech.batches(rng):
            if step == plan.steps:
                return network.eval(), speech.bigram
            optimiser.param_groups[0]["lr"] = plan.rate_at(step)
            loss, mmi = _loss(network, batch, speech, noise)
            optimiser.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(network.parameters(), 2.0)
            optimiser.step()
            step += 1
            if step % 50 == 0:
                sys.stderr.write(f"{lang} step {step} minutes {(time.monotonic() - begun) / 60:.1f} mmi {mmi:.4f}\n")


def main() -> None:
    parser = argparse.ArgumentParser(description="Train an acoustic network.")
    parser.add_argument("lang")
    parser.add_argument("speech", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--steps", type=int, default=1400)
    parser.add_argument("--threads", type=int, default=1)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    plan = Plan(steps=args.steps)
    network, table = train(args.lang, pickle.loads(args.speech.read_bytes()), plan)
    state = {"network": network.state_dict(), "bigram": table, "lang": args.lang, "width": plan.width}
    torch.save(state, args.out)


if __name__ == "__main__":
    main()
