"""Training utterances in batches of equal length, padded with silence, with the frames where each phone may lie."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from tools.acoustic import features
from tools.acoustic.network import SUBSAMPLING
from tools.acoustic.synthesise import Utterance

_BUCKETS_S = (1.0, 1.5, 2.0, 2.5, 3.0, 3.6, 4.3, 5.2, 6.2, 8.0)
_BATCH_S = 150
_SLACK = 2  # output frames by which a phone may stray from espeak's timing
_HOP = SUBSAMPLING * features.SHIFT
_SILENT_SHARE = 0.04
_BUCKETS = [int(s * features.RATE) for s in _BUCKETS_S]


@dataclass(frozen=True, slots=True)
class Batch:
    """waves (rows, samples); ids (rows, phones); spans (rows, phones, 2): first and last allowed output frame;
    lengths (rows): phones of each row; labels (rows, frames): the phone by espeak's timing."""

    waves: torch.Tensor
    ids: torch.Tensor
    spans: torch.Tensor
    lengths: torch.Tensor
    labels: torch.Tensor


def bigram(sequences: list[list[int]], count: int) -> torch.Tensor:
    """P(next phone | phone), (count, count), every pair possible."""
    table = np.full((count, count), 0.05)
    for s in sequences:
        np.add.at(table, (s[:-1], s[1:]), 1.0)
    return torch.tensor(table / table.sum(1, keepdims=True), dtype=torch.float32)


def _with_silence(ids: list[int]) -> tuple[list[int], list[int]]:
    """Silence before and after; and each phone's place in `ids`, -1 for the silence added before."""
    starts = list(range(len(ids)))
    if ids[0] != 0:
        ids, starts = [0, *ids], [-1, *starts]
    if ids[-1] != 0:
        ids, starts = [*ids, 0], [*starts, len(starts)]
    return ids, starts


def _nothing(rng: np.random.Generator) -> Utterance:
    return Utterance(np.zeros(rng.integers(2000, 16000), np.int16), np.zeros(1, np.int16), np.zeros(1, np.int32))


class Speech:
    """All training utterances and some silent ones; `bigram` is the phone bigram they show."""

    def __init__(self, made: list[Utterance], count: int) -> None:
        rng = np.random.default_rng(0)
        self._made = [*made, *(_nothing(rng) for _ in range(int(len(made) * _SILENT_SHARE)))]
        self._sequences = [_with_silence(one.ids.tolist()) for one in self._made]
        self.bigram = bigram([ids for ids, _ in self._sequences if len(ids) > 1], count)

    def batches(self, rng: np.random.Generator) -> Iterator[Batch]:
        """Everything once, in random order and padding."""
        groups: dict[int, list[int]] = {}
        for i in rng.permutation(len(self._made)).tolist():
            need = len(self._made[i].audio) + int(rng.uniform(0.25, 0.9) * features.RATE)
            size = next((b for b in _BUCKETS if b >= need), None)
            if size:
                groups.setdefault(size, []).append(i)
        todo = []
        for size, members in groups.items():
            per = max(4, _BATCH_S * features.RATE // size)
            todo += [(size, members[i : i + per]) for i in range(0, len(members), per)]
        for j in rng.permutation(len(todo)).tolist():
            size, members = todo[j]
            if len(members) >= 4:
                yield self._batch(size, members, rng)

    def _batch(self, size: int, members: list[int], rng: np.random.Generator) -> Batch:
        outputs = -(-(1 + (size - features.WINDOW) // features.SHIFT) // SUBSAMPLING)
        longest = max(len(self._sequences[i][0]) for i in members)
        waves = np.zeros((len(members), size), np.float32)
        ids = np.zeros((len(members), longest), np.int64)
        spans = np.zeros((len(members), longest, 2), np.int64)
        spans[:, :, 0] = outputs + 9
        labels = np.zeros((len(members), outputs), np.int64)
        for row, i in enumerate(members):
            audio = self._made[i].audio
            offset = int(rng.integers(int(0.1 * features.RATE), size - len(audio) - int(0.1 * features.RATE)))
            waves[row, offset : offset + len(audio)] = audio
            self._place(i, offset, (ids[row], spans[row], labels[row]))
        lengths = torch.tensor([len(self._sequences[i][0]) for i in members])
        return Batch(
            torch.from_numpy(waves), torch.from_numpy(ids), torch.from_numpy(spans), lengths, torch.from_numpy(labels)
        )

    def _place(self, i: int, offset: int, row: tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]) -> None:
        """Fill one row's ids, spans and labels with utterance `i`, which begins at sample `offset`."""
        ids, spans, labels = row
        one, (sequence, starts) = self._made[i], self._sequences[i]
        begin = [0 if s < 0 else (one.starts[s] if s < len(one.starts) else len(one.audio)) + offset for s in starts]
        begin[0] = 0
        frame = [round((b - features.WINDOW / 2) / _HOP) for b in begin] + [len(labels)]
        for k, phone in enumerate(sequence):
            first, last = max(0, frame[k]), max(frame[k] + 1, frame[k + 1])
            ids[k], labels[first:last] = phone, phone
            spans[k] = first - _SLACK, last + _SLACK
        spans[0, 0], spans[len(sequence) - 1, 1] = 0, len(labels)
