"""Helpers of the NumPy reference implementations: gathering what windows read."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numpy.lib.stride_tricks import sliding_window_view

from tinyts_dialect.attributes import Clamp
from tinyts_dialect.windows import Pads, Window

Int64Array = npt.NDArray[np.int64]


def pad_image(x: Int64Array, pads: Pads, value: int) -> Int64Array:
    """A [1, H, W, C] tensor with rows and columns added; negative pads crop."""
    widths = ((0, 0), pads[:2], pads[2:], (0, 0))
    grown = np.pad(
        x,
        [(max(before, 0), max(after, 0)) for before, after in widths],
        constant_values=value,
    )
    crop = tuple(
        slice(max(-before, 0), grown.shape[axis] - max(-after, 0))
        for axis, (before, after) in enumerate(widths)
    )
    return grown[crop]


def window_taps(x: Int64Array, window: Window, pad_value: int) -> Int64Array:
    """All taps of all windows: [1, H, W, C] -> [1, H', W', C, kh, kw]."""
    padded = pad_image(x, window.pads, pad_value)
    extents = (window.extent(0), window.extent(1))
    views = sliding_window_view(padded, extents, axis=(1, 2))
    return views[
        :,
        :: window.stride[0],
        :: window.stride[1],
        :,
        :: window.dilation[0],
        :: window.dilation[1],
    ]


def clamped(x: Int64Array, clamp: Clamp) -> npt.NDArray[np.int8]:
    """Values clamped to an activation's range, as int8."""
    return np.clip(x, clamp.min, clamp.max).astype(np.int8)
