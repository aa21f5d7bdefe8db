"""DEPTHWISE_CONV_2D pixel by pixel, four channels at a time.

C: `runtime_c/src/depthwise_conv_2d_pixels.c`, on tiles
`runtime_c/src/depthwise_conv_2d_tiles_pixels.c`, and for more taps, in networks of one
dimension, `runtime_c/src/depthwise_conv_2d_long.c`. They walk as the portable kernels
do.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from lowering.kernel_choice.kernel_variant import LayerCalls, Proposal
from lowering.packing.depthwise_linear import depthwise_linear
from lowering.packing.panel_forms import Channels, requantized

KERNELS = ("depthwise_conv_2d", "depthwise_conv_2d_tiles")

MAX_TAPS = 15
"""As in `tinyts_depthwise_pixel.h`, with room for another of an odd pair."""

MAX_COLUMNS = 8
"""On tiles a kernel may have more taps: two of its rows must be as few as those."""

RESERVE = 3
"""By so much it counts more than it takes: rows are for wherever they may be used."""


def propose(layer: LayerCalls) -> Iterator[Proposal]:
    """One proposal with weights of 16 bits."""
    kernel, output = layer.params["kernel"], layer.image("output")
    taps = kernel["h"] * kernel["w"]
    if layer.params["ch_mult"] != 1 or output.channels < 4:
        return
    large = taps > MAX_TAPS
    long = large and layer.kernel == "depthwise_conv_2d"
    if (long and not _is_narrow(layer)) or (large and kernel["w"] > MAX_COLUMNS):
        return
    linear = depthwise_linear(layer.arrays, layer.params["params"])
    packed = requantized(linear, 16)
    if packed is None or packed.form == "clamp":
        return
    relu = packed.form == "relu"
    zeros = np.full(output.channels, linear.input_zero, np.int8)
    pairs = -(-taps // 2)
    pixel = pixel_instructions(taps, output.channels, relu)
    yield Proposal(
        "long" if long else "pixels",
        {
            **layer.params,
            "relu": int(relu),
            "shift": int(packed.shifts[0]) if relu else 0,
        },
        {"stream": stream_of(packed, pairs), "zeros": zeros},
        round(RESERVE * layer.rows * output.width * pixel),
    )


def _is_narrow(layer: LayerCalls) -> bool:
    """Whether `depthwise_conv_2d_long.c` can do it."""
    input, output = layer.image("input"), layer.image("output")
    sizes = (layer.params["kernel"]["w"], input.width, output.width)
    return sizes == (1, 1, 1) and output.channels % 4 == 0


def pixel_instructions(taps: int, channels: int, relu: bool) -> int:
    """Estimated instructions of a pixel of `tinyts_depthwise_pixel.h`."""
    group = 60 + 26 * -(-taps // 2) + 6 * (not relu)
    blocks = -(-channels // 16) if taps > MAX_TAPS else 1
    return 50 + 16 * taps * blocks + -(-channels // 4) * group


def stream_of(packed: Channels, pairs: int) -> npt.NDArray[np.int32]:
    """As `tinyts_depthwise_pixel.h` describes it."""
    channels, taps = packed.weights.shape
    weights = np.pad(packed.weights, ((0, 0), (0, 2 * pairs - taps)))
    words = (weights[:, 0::2] & 0xFFFF) | (weights[:, 1::2] & 0xFFFF) << 16
    groups = -(-channels // 4)
    order = np.arange(4 * groups)
    order[-4:] = np.arange(channels - 4, channels)

    def by_group(array: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        return array[order].reshape(groups, -1)

    scales = np.stack([packed.multipliers, packed.constants], 1)
    by_pair = np.moveaxis(words[order].reshape(groups, 4, pairs), 1, 2)
    parts = [by_group(packed.bias), by_pair.reshape(groups, -1), by_group(scales)]
    if packed.form != "relu":
        parts.append(by_group(packed.shifts))
    values = np.concatenate(parts, 1).ravel() & 0xFFFFFFFF
    return values.astype(np.uint32).view(np.int32)
