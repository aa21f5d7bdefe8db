"""What the variants of convolutions share: windows as words, and their numbers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lowering.kernel_variant import LayerCalls
from lowering.panel_stream import (
    IntArray,
    Linear,
    words_of_gathered,
    words_of_runs,
)
from lowering.walks import Scalars

MAX_RUNS = 16
MAX_GATHERED = 64
"""As in `runtime_c/include/tinyts_packed_conv.h`."""


@dataclass(frozen=True)
class Window:
    """How the values of a window become words."""

    words: IntArray
    """[words, 4] indices of weights."""
    gathered: int
    """Bytes that are copied together first; 0: none."""
    padding: int
    """Bytes of zero points that windows may read beside the input."""


def numbers(params: Scalars, *path: str) -> tuple[int, int]:
    """A `tinyts_tile` among parameters."""
    found: object = params
    for name in path:
        found = found[name] if isinstance(found, dict) else None
    if not isinstance(found, dict):
        raise ValueError(f"no parameter {'.'.join(path)}")
    return found["h"], found["w"]


def window_of(layer: LayerCalls, stage: str) -> Window | None:
    """The window of a convolution of the layer; None where panels cannot eat it."""
    params = layer.params[stage] if stage else layer.params
    rows, columns = numbers(params, "kernel")
    depth = layer.image("input").channels
    one = (rows, columns) == (1, 1)
    if not one and numbers(params, "params", "dilation") != (1, 1):
        return None
    if columns > 1 and not layer.contiguous("input"):
        return None
    padding = columns * depth if _leaves(layer, params) else 0
    size = rows * columns * depth
    if (depth % 4 == 0 and rows * columns <= MAX_RUNS) or (one and depth >= 4):
        words = words_of_runs(rows * columns, depth)
        return Window(words, 0, padding)
    if size <= MAX_GATHERED and rows <= MAX_RUNS:
        return Window(words_of_gathered(size), -(-size // 4) * 4, padding)
    return None


def _leaves(layer: LayerCalls, params: Scalars) -> bool:
    """Whether a window may reach beyond the input."""
    kernel, stride = numbers(params, "kernel"), numbers(params, "params", "stride")
    pads = numbers(params, "params", "padding")
    input, output = layer.image("input"), layer.image("output")
    return any(
        pad > 0 or (outputs - 1) * step - pad + taps > inputs
        for taps, step, pad, inputs, outputs in zip(
            kernel, stride, pads, input[:2], output[:2], strict=True
        )
    )


def linear_of(layer: LayerCalls, stage: str) -> Linear:
    """The numbers of a convolution of the layer."""
    prefix = f"{stage}." if stage else ""
    params = layer.params[stage] if stage else layer.params
    inner = params["params"]
    weights = layer.arrays[f"{prefix}weights"].astype(np.int64)
    channels = weights.shape[0]
    return Linear(
        weights.reshape(channels, -1),
        layer.arrays[f"{prefix}bias"].astype(np.int64).reshape(-1),
        layer.arrays[f"{prefix}quant.multiplier"].astype(np.int64).reshape(-1),
        layer.arrays[f"{prefix}quant.shift"].astype(np.int64).reshape(-1),
        -inner["input_offset"],
        inner["output_offset"],
        inner["activation"]["min"],
        inner["activation"]["max"],
    )
