"""CONV_2D by panels of one pixel and eight channels: no scratch.

C: `runtime_c/src/conv_2d_direct.c`.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from lowering.kernel_variant import LayerCalls, Proposal
from lowering.packed_convolution import Window, linear_of, window_of
from lowering.panel_stream import requantized, stream

KERNELS = ("conv_2d",)

GROUP = 8


def propose(layer: LayerCalls) -> Iterator[Proposal]:
    """With weights of 16 and of 8 bits."""
    window = window_of(layer, "")
    if window is None:
        return
    linear = linear_of(layer, "")
    channels = len(linear.bias)
    for bits in (16, 8):
        packed = requantized(linear, bits)
        if packed is None:
            continue
        words = stream(packed, window.words, bits, GROUP, (0, channels))
        yield Proposal(
            "direct",
            {
                **layer.params,
                "panel": f"panel_1x8_w{bits}_{packed.form}",
                "shift": int(packed.shifts[0]),
                "gathered": window.gathered,
            },
            {"stream": words, **zeros(window, linear.input_zero)},
            _instructions(layer, window, bits, channels),
        )


def zeros(window: Window, zero: int) -> dict[str, np.ndarray]:
    """The constant that padding reads, if any."""
    return {"zeros": np.full(window.padding, zero, np.int8)} if window.padding else {}


def _instructions(layer: LayerCalls, window: Window, bits: int, channels: int) -> int:
    per_word = {16: 27, 8: 31}[bits]
    groups = -(-channels // GROUP)
    pixel = 40 + groups * (per_word * len(window.words) + 60) + 5 * window.gathered
    return layer.rows * (layer.image("output").width * pixel + 100)
