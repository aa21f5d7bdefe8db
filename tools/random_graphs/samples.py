"""Values of a graph under construction, and the arithmetic of their samples."""

import math
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from tools.tflite_writer import Activation, Padding, Quant, window_output

Numbers: TypeAlias = npt.NDArray[np.float64]
Pair: TypeAlias = tuple[int, int]

SAMPLES = 4
"""Inputs that run through a graph while it grows."""

REAL_RANGES: dict[Activation, tuple[float, float]] = {
    "NONE": (-math.inf, math.inf),
    "RELU": (0.0, math.inf),
    "RELU6": (0.0, 6.0),
    "RELU_N1_TO_1": (-1.0, 1.0),
}


@dataclass(frozen=True, eq=False)
class Value:
    """An activation of the graph, or a constant to be, with its samples.

    `samples` are quantized values of shape [samples, *shape], integers in float64. A
    constant has no tensor (`NO_TENSOR`) until an operator reads it.
    """

    tensor: int
    shape: tuple[int, ...]
    quant: Quant
    samples: Numbers

    @property
    def size(self) -> int:
        return math.prod(self.shape)

    @property
    def is_image(self) -> bool:
        """[1, H, W, C]."""
        return len(self.shape) == 4 and self.shape[0] == 1

    @property
    def centered(self) -> Numbers:
        """The samples minus the zero point."""
        return self.samples - self.quant.zero_point

    @property
    def real(self) -> Numbers:
        return self.centered * self.quant.scale


def rounded(value: float) -> float:
    """Three significant digits: hides the last bits, in which machines differ."""
    return float(f"{value:.3g}")


def varies(samples: Numbers) -> bool:
    """Whether the values are many, none nearly everywhere, and follow the input."""
    counts = np.unique(samples, return_counts=True)[1]
    if len(counts) < min(12, max(2, samples.size // 2)):
        return False
    if counts.max() > 0.8 * samples.size:
        return False
    if len({frame.tobytes() for frame in samples}) < SAMPLES:
        return False
    spans = samples.max(axis=0) - samples.min(axis=0)
    moving = spans[spans > 0]
    return moving.size >= 0.25 * spans.size and bool(moving.mean() >= 8)


def quantize(real: Numbers, quant: Quant, activation: Activation) -> Numbers:
    clamped = np.clip(real, *REAL_RANGES[activation])
    return np.clip(np.rint(clamped / quant.scale) + quant.zero_point, -128, 127)


def clamp(samples: Numbers, quant: Quant, activation: Activation) -> Numbers:
    return quantize((samples - quant.zero_point) * quant.scale, quant, activation)


def of_rank(samples: Numbers, rank: int) -> Numbers:
    """Samples with axes of size 1 put before the shape, as broadcasting reads it."""
    shape = samples.shape[1:]
    return samples.reshape(SAMPLES, *(1,) * (rank - len(shape)), *shape)


def window_area(
    size: Pair, kernel: Pair, stride: Pair, dilation: Pair, padding: Padding
) -> int:
    """The number of pixels of the output of a window."""
    height, width = (
        window_output(size[axis], kernel[axis], stride[axis], dilation[axis], padding)
        for axis in (0, 1)
    )
    return height * width


def all_windows(
    images: Numbers,
    kernel: Pair,
    stride: Pair,
    dilation: Pair,
    padding: Padding,
    fill: float,
) -> Numbers:
    """All windows of [samples, H, W, C] as [samples, OH, OW, C, KH, KW]."""
    reach = [(k - 1) * d + 1 for k, d in zip(kernel, dilation, strict=True)]
    if padding == "SAME":
        widths = [(0, 0)] * 4
        for axis in (0, 1):
            size = images.shape[axis + 1]
            outputs = -(-size // stride[axis])
            total = max(0, (outputs - 1) * stride[axis] + reach[axis] - size)
            widths[axis + 1] = (total // 2, total - total // 2)
        images = np.pad(images, widths, constant_values=fill)
    windows = np.lib.stride_tricks.sliding_window_view(images, reach, (1, 2))
    rows, columns = slice(None, None, stride[0]), slice(None, None, stride[1])
    return windows[:, rows, columns, :, :: dilation[0], :: dilation[1]]
