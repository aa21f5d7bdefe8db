"""FULLY_CONNECTED by panels of one pixel and eight channels.

C: `runtime_c/src/fully_connected_packed.c`.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from lowering.kernel_variant import LayerCalls, Proposal
from lowering.packed_convolution import MAX_RUNS
from lowering.panel_stream import (
    Linear,
    panel_name,
    requantized,
    stream,
    words_of_runs,
)
from tinyts_dialect.tsbuf import Image

KERNELS = ("fully_connected",)


def propose(layer: LayerCalls) -> Iterator[Proposal]:
    """With weights of 16 and of 8 bits."""
    runs = _runs(layer.image("input"), layer.image("output"))
    params = layer.params["params"]
    if runs is None or not layer.contiguous("input") or params["filter_offset"]:
        return
    linear = _linear_of(layer)
    channels = len(linear.bias)
    words = words_of_runs(*runs)
    for bits in (16, 8):
        packed = requantized(linear, bits)
        if packed is None:
            continue
        per_word = {16: 28.5, 8: 32.5}[bits]
        groups = -(-channels // 8)
        pixels = layer.rows * layer.image("output").width
        yield Proposal(
            "packed",
            {
                "params": params,
                "panel": panel_name("1x8", bits, packed),
                "shift": int(packed.shifts[0]) if packed.form == "relu" else 0,
            },
            {"stream": stream(packed, words, bits, 8, (0, channels))},
            round(pixels * (groups * (per_word * len(words) + 70) + 100)),
        )


def _runs(input: Image, output: Image) -> tuple[int, int] | None:
    """How many runs of how many values a vector is; None where panels cannot eat it."""
    if output[:2] == (1, 1):
        length = input.row_bytes
        if input.height > MAX_RUNS or (input.height > 1 and length % 4):
            return None
        return None if length < 4 else (input.height, length)
    if output[:2] == input[:2] and input.channels >= 4:
        return 1, input.channels
    return None


def _linear_of(layer: LayerCalls) -> Linear:
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
