"""The acoustic network: a small TDNN, three feature frames to one output frame."""

import torch
from torch import nn

from tools.acoustic.features import CEPS

SUBSAMPLING = 3
SPLICE = 4  # feature frames either side that the first layer sees
DILATIONS = (1, 1, 2, 2, 3)  # in output frames, either side, one layer each
CONTEXT = SPLICE + SUBSAMPLING * sum(DILATIONS)


class Network(nn.Module):  # type: ignore[misc]
    """Two outputs a phone: one for its first frame, one for each further frame (Kaldi's chain topology)."""

    def __init__(self, phone_count: int, width: int = 256) -> None:
        super().__init__()
        self.normal = nn.BatchNorm1d(CEPS, affine=False)
        sizes = [(CEPS, 2 * SPLICE + 1, SUBSAMPLING, 1)] + [(width, 3, 1, d) for d in DILATIONS]
        self.convs = nn.ModuleList(nn.Conv1d(n, width, k, stride=s, dilation=d) for n, k, s, d in sizes)
        self.norms = nn.ModuleList(nn.BatchNorm1d(width, affine=False) for _ in sizes)
        self.output = nn.Conv1d(width, 2 * phone_count, 1)
        self.frame_head = nn.Conv1d(width, phone_count, 1)  # only to steady the training

    def forward(self, features: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """(batch, frames, CEPS) -> (batch, ceil(frames/3), 2 * phones), and the frame head's."""
        frames = features.shape[1]
        outputs = -(-frames // SUBSAMPLING)
        right = CONTEXT + (outputs - 1) * SUBSAMPLING + 1 - frames
        x = torch.cat([features[:, :1].expand(-1, CONTEXT, -1), features, features[:, -1:].expand(-1, right, -1)], 1)
        x = self.normal(x.transpose(1, 2))
        for conv, norm in zip(self.convs, self.norms, strict=True):
            x = norm(torch.relu(conv(x)))
        return self.output(x).transpose(1, 2), self.frame_head(x).transpose(1, 2)
