"""FULLY_CONNECTED by panels of one pixel and eight channels.

C: `runtime_c/src/fully_connected_packed.c`.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from lowering.kernel_choice.kernel_variant import LayerCalls, Proposal
from lowering.packing.packed_convolution import DIRECT, MAX_RUNS
from lowering.packing.panel_forms import (
    Channels,
    IntArray,
    Linear,
    requantized,
    requantized_in_parts,
)
from lowering.packing.panel_stream import Layout, stream, words_of_runs
from tinyts_dialect.tsbuf import Image

KERNELS = ("fully_connected",)


def propose(layer: LayerCalls) -> Iterator[Proposal]:
    """With weights of 16 and of 8 bits."""
    runs = _runs(layer.image("input"), layer.image("output"))
    params = layer.params["params"]
    if runs is None or not layer.contiguous("input") or params["filter_offset"]:
        return
    linear = linear_of_vectors(layer)
    channels = len(linear.bias)
    words = words_of_runs(*runs)
    for layout, packed, pieces in _packings(linear, words, *runs):
        groups = (DIRECT.groups[size] for _, size in layout.groups(channels))
        eaten = sum(g.word[layout.bits] * len(words) + g.overhead for g in groups)
        pixels = layer.rows * layer.image("output").width
        shift = int(packed.shifts[0]) if packed.form == "relu" else 0
        yield Proposal(
            "packed",
            {
                "params": params,
                "panel": layout.function(shift),
                "shift": shift,
                "pieces": pieces,
            },
            {"stream": stream(packed, words, layout, (0, channels))},
            round(pixels * (eaten + 100)),
        )


def _packings(
    linear: Linear, words: IntArray, runs: int, length: int
) -> Iterator[tuple[Layout, Channels, int]]:
    """Layouts that are exact, what they hold, and the pieces of equal length of a run.

    With weights of 8 bits as few pieces as keep the sums of each in bounds.
    """
    for bits in (16, 8):
        packed = requantized(linear, bits)
        if packed is not None:
            yield Layout("1x8", f"w{bits}", packed.form), packed, 1
            continue
        for pieces in range(1, MAX_RUNS // runs + 1) if bits == 8 else ():
            if pieces > 1 and length % (4 * pieces):
                continue
            parts = np.split(words, runs * pieces)
            packed = requantized_in_parts(linear, parts, bias_first=False)
            if packed is not None:
                yield Layout("1x8", "w8s", packed.form), packed, pieces
                break


def _runs(input: Image, output: Image) -> tuple[int, int] | None:
    """How many runs of how many values a vector is; None where panels cannot eat it."""
    if output[:2] == (1, 1):
        length = input.row_bytes
        if input.height > MAX_RUNS or length < 4:
            return None
        return input.height, length
    if output[:2] == input[:2] and input.channels >= 4:
        return 1, input.channels
    return None


def linear_of_vectors(layer: LayerCalls) -> Linear:
    """The numbers of a fully-connected layer."""
    arrays = {name: array.astype(np.int64) for name, array in layer.arrays.items()}
    params = layer.params["params"]
    weights = arrays["weights"].reshape(layer.image("output").channels, -1)
    ones = np.ones(len(weights), np.int64)
    return Linear(
        weights,
        arrays["bias"].reshape(-1),
        arrays["quant.multiplier"].reshape(-1) * ones,
        arrays["quant.shift"].reshape(-1) * ones,
        -params["input_offset"],
        params["output_offset"],
        params["activation"]["min"],
        params["activation"]["max"],
    )
