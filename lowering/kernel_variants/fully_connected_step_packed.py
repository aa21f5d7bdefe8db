"""FULLY_CONNECTED_STEP by panels of one pixel and eight channels.

C: `runtime_c/src/fully_connected_step_packed.c`.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from lowering.kernel_choice.kernel_variant import LayerCalls, Proposal
from lowering.kernel_variants.fully_connected_packed import linear_of_vectors
from lowering.packing.packed_convolution import DIRECT
from lowering.packing.panel_forms import sums_in_parts
from lowering.packing.panel_stream import Layout, stream, words_of_runs

KERNELS = ("fully_connected_step",)

LAYOUT = Layout("1x8", "w8", "sum")

QUANT = ("quant.multiplier", "quant.shift")

FINISH = 30
"""Instructions of an output."""


def propose(layer: LayerCalls) -> Iterator[Proposal]:
    """With weights of 8 bits: each is used once."""
    input = layer.image("input")
    params = layer.params["params"]
    if params["filter_offset"] or not layer.contiguous("input"):
        return
    length = input.row_bytes
    if length < 4:
        return
    linear = linear_of_vectors(layer)
    channels = len(linear.bias)
    words = words_of_runs(input.height, length).reshape(input.height, -1, 4)
    packed = sums_in_parts(linear, words)
    if packed is None:
        return
    each = len(words[0])
    groups = [DIRECT.groups[size] for _, size in LAYOUT.groups(channels)]
    eaten = sum(group.word[8] * each + group.overhead for group in groups)
    yield Proposal(
        "packed",
        {
            "params": params,
            "per_channel": layer.params["per_channel"],
            "panel": LAYOUT.function(0),
            "row_words": LAYOUT.words_of_channels(each, channels),
        },
        {
            "stream": np.concatenate(
                [stream(packed, row, LAYOUT, (0, channels)) for row in words]
            ),
            "bias": packed.bias.astype(np.int32),
            **{name: layer.arrays[name] for name in QUANT},
        },
        round(input.height * (eaten + 100) + FINISH * channels),
    )
