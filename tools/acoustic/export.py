"""Writes the trained network as the am/final.mdl that libvosk reads: Kaldi's TransitionModel and nnet3 network."""

import math

import numpy as np
from numpy.typing import NDArray

from ivr.speech.graph.phones import Position, graph_phone_count
from tools.acoustic.kaldi import double, integer, integers, matrix, real, token, vector
from tools.acoustic.network import DILATIONS, SPLICE, SUBSAMPLING, Network

Affine = tuple[NDArray[np.float64], NDArray[np.float64], tuple[int, ...]]


def transition_model(phones: int) -> bytes:
    """One emitting state a phone, with an output for its first frame and one for its further frames."""
    numbers = list(range(1, graph_phone_count(phones) + 1))
    # -1 before the entry count: forward and self-loop classes apart (Kaldi's chain topology)
    state = integer(0) + integer(1) + integer(2) + integer(0) + real(0.5) + integer(1) + real(0.5)
    end = integer(-1) + integer(-1) + integer(0)
    out = token("<TransitionModel>") + token("<Topology>") + integers(numbers) + integers([-1] + [0] * len(numbers))
    out += integer(-1) + integer(1) + integer(2) + state + end + token("</Topology>")
    out += token("<Tuples>") + integer(len(numbers))
    for n in numbers:
        phone = 0 if n == 1 else 1 + (n - 2) // len(Position)
        out += integer(n) + integer(0) + integer(2 * phone) + integer(2 * phone + 1)
    out += token("</Tuples>") + token("<LogProbs>") + vector([0.0] + [math.log(0.5)] * (2 * len(numbers)))
    return out + token("</LogProbs>") + token("</TransitionModel>")


def layers(network: Network) -> list[Affine]:
    """(weight, bias, frame offsets) of each affine layer, with the normalisation before it folded in."""
    offsets = [tuple(range(-SPLICE, SPLICE + 1))]
    offsets += [tuple(SUBSAMPLING * d * k for k in (-1, 0, 1)) for d in DILATIONS]
    convs, norms = [*network.convs, network.output], [network.normal, *network.norms]
    found = []
    for conv, norm, at in zip(convs, norms, [*offsets, (0,)], strict=True):
        weight = conv.weight.detach().double().numpy()  # (out, in, taps)
        scale = 1.0 / np.sqrt(norm.running_var.double().numpy() + norm.eps)
        shift = -norm.running_mean.double().numpy() * scale
        bias = conv.bias.detach().double().numpy() + np.einsum("oik,i->o", weight, shift)
        scaled = weight * scale[None, :, None]
        found.append((scaled.transpose(0, 2, 1).reshape(len(bias), -1), bias, at))
    return found


def _affine(name: str, weight: NDArray[np.float64], bias: NDArray[np.float64]) -> bytes:
    out = token("<ComponentName>") + token(name) + token("<FixedAffineComponent>")
    out += token("<LinearParams>") + matrix(weight) + token("<BiasParams>") + vector(bias)
    return out + token("</FixedAffineComponent>")


def _relu(name: str, size: int) -> bytes:
    out = token("<ComponentName>") + token(name) + token("<RectifiedLinearComponent>") + token("<Dim>") + integer(size)
    out += token("<ValueAvg>") + vector([]) + token("<DerivAvg>") + vector([]) + token("<Count>") + double(0.0)
    return out + token("</RectifiedLinearComponent>")


def _spliced(before: str, at: tuple[int, ...]) -> str:
    parts = ", ".join(before if o == 0 else f"Offset({before}, {o})" for o in at)
    return f"Append({parts})" if len(at) > 1 else parts


def nnet(network: Network) -> bytes:
    """The nnet3 network: its configuration lines, an empty line, its components."""
    affine = layers(network)
    config = [f"input-node name=input dim={network.convs[0].in_channels}"]
    parts, before = [], "input"
    for i, (weight, bias, at) in enumerate(affine):
        name = f"layer{i}.affine"
        config.append(f"component-node name={name} component={name} input={_spliced(before, at)}")
        parts.append(_affine(name, weight, bias))
        before = name
        if i < len(affine) - 1:
            before = f"layer{i}.relu"
            config.append(f"component-node name={before} component={before} input={name}")
            parts.append(_relu(before, len(bias)))
    config.append(f"output-node name=output input={before} objective=linear")
    head = token("<Nnet3>") + b"\n" + "\n".join(config).encode() + b"\n\n" + token("<NumComponents>")
    return head + integer(len(parts)) + b"".join(parts) + token("</Nnet3>")


def model(network: Network, phones: int) -> bytes:
    """The whole final.mdl. No priors: the MMI-trained outputs already are scores to add up; contexts are found anew
    by libvosk."""
    contexts = token("<LeftContext>") + integer(0) + token("<RightContext>") + integer(0)
    return b"\x00B" + transition_model(phones) + nnet(network) + contexts + token("<Priors>") + vector([])
