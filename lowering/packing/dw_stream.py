"""Packs depthwise convolutions into the streams of `runtime_c/include/tinyts_dw_*.h`.

Exact or refused, as `panel_forms.py`, whose forms of requantization it uses.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from lowering.overlaps.walks import Taps
from lowering.packing.panel_forms import Channels, IntArray


class Axis(NamedTuple):
    """A window along one axis, with the numbers of inputs and outputs."""

    taps: Taps
    inputs: int
    outputs: int

    @property
    def extent(self) -> int:
        """From the first tap of a window to behind the last."""
        return (self.taps.count - 1) * self.taps.dilation + 1

    @property
    def before(self) -> int:
        """How many outputs have windows that begin before the input."""
        return max(-(-self.taps.padding // self.taps.stride), 0)

    def kind(self, output: int) -> int:
        """As `tinyts_dw_kind`."""
        room = self.inputs - self.extent + self.taps.padding
        behind = max(0 if room < 0 else room // self.taps.stride + 1, self.before)
        if output < self.before:
            return output
        return self.before if output < behind else self.before + 1 + output - behind

    @property
    def kinds(self) -> int:
        """How many kinds of outputs there are, one of windows inside in any case."""
        return max(self.kind(self.outputs - 1), self.before) + 1

    def tap_exists(self, output: int) -> npt.NDArray[np.bool_]:
        """Which taps of an output lie in the input."""
        places = (
            output * self.taps.stride
            - self.taps.padding
            + np.arange(self.taps.count) * self.taps.dilation
        )
        return (places >= 0) & (places < self.inputs)

    def existing(self) -> npt.NDArray[np.bool_]:
        """[kinds, taps]: which taps exist; none of kinds that no output is of."""
        found = np.zeros((self.kinds, self.taps.count), np.bool_)
        for output in range(self.outputs):
            found[self.kind(output)] = self.tap_exists(output)
        return found


def stream_3x3(
    channels: Channels, columns: Axis, input_zero: int
) -> npt.NDArray[np.int32]:
    """The stream of `tinyts_dw_3x3.h`, [channels, words]."""
    weights = channels.weights.reshape(-1, 3, 3)
    everywhere = np.ones((1, 3), np.bool_)
    lower = weights[:, 2]
    words = [
        *_scales(channels),
        _biases(channels, weights, everywhere, columns.existing(), input_zero),
        _pairs(weights[:, 0], weights[:, 1]),
        _pairs(lower[:, ::2], np.stack([lower[:, 1], 0 * lower[:, 2]], 1)),
    ]
    return _int32(np.concatenate(words, axis=1))


def stream_blocks(
    channels: Channels, rows: Axis, columns: Axis, input_zero: int
) -> npt.NDArray[np.int32]:
    """The stream of `tinyts_dw_blocks.h`, [channels, words]."""
    height, width = rows.taps.count, columns.taps.count
    weights = channels.weights.reshape(-1, height, width)
    padded = np.pad(weights, ((0, 0), (0, 0), (0, 2)))
    even = _pairs(padded[..., : width + width % 2 : 2], padded[..., 1 : width + 1 : 2])
    pairs = [even]
    if columns.taps.stride == 1:
        odd = width - width % 2 + 1
        pairs.append(_pairs(padded[..., 1:odd:2], padded[..., 2 : odd + 1 : 2]))
    biases = _biases(
        channels, weights, rows.existing(), columns.existing(), input_zero
    )
    by_row = np.concatenate(pairs, axis=2).reshape(len(weights), -1)
    return _int32(np.concatenate([*_scales(channels), biases, by_row], axis=1))


def stream_column(channels: Channels) -> npt.NDArray[np.int32]:
    """The stream of `tinyts_dw_column.h`, [groups of four channels, words]."""
    count, taps = channels.weights.shape
    weights = np.pad(channels.weights, ((0, 0), (0, taps % 2)))
    pairs = _pairs(weights[:, ::2], weights[:, 1::2]).reshape(count // 4, 4, -1)
    scales = np.stack([channels.multipliers, channels.constants], axis=1)
    words = [
        channels.bias.reshape(-1, 4),
        pairs.transpose(0, 2, 1).reshape(count // 4, -1),
        scales.reshape(-1, 8),
    ]
    if channels.form != "relu":
        words.append(channels.shifts.reshape(-1, 4))
    return _int32(np.concatenate(words, axis=1))


def stream_compact(
    channels: Channels, height: int, input_zero: int
) -> npt.NDArray[np.int32]:
    """The stream of `tinyts_dw_compact.h`, [channels, words], of 8-bit weights."""
    count = len(channels.weights)
    weights = channels.weights.reshape(count, height, -1)
    bias = channels.bias + input_zero * channels.weights.sum(1)
    padded = np.pad(weights, ((0, 0), (0, 0), (0, -weights.shape[2] % 4)))
    fours = padded.reshape(count, -1, 4)[..., [0, 2, 1, 3]].astype(np.int8)
    numbers = [bias, channels.multipliers, channels.constants, channels.shifts]
    words = fours.reshape(count, -1).copy().view("<i4").astype(np.int64)
    return _int32(np.concatenate([np.stack(numbers, axis=1), words], axis=1))


def _scales(channels: Channels) -> list[IntArray]:
    scales = [channels.multipliers, channels.constants]
    if channels.form != "relu":
        scales.append(channels.shifts)
    return [scale[:, None] for scale in scales]


def _biases(
    channels: Channels,
    weights: IntArray,
    rows: npt.NDArray[np.bool_],
    columns: npt.NDArray[np.bool_],
    input_zero: int,
) -> IntArray:
    """[channels, kinds of rows * kinds of columns].

    The bias of `channels` holds the input's zero point for all taps; here it is taken
    back for those that do not exist.
    """
    missing = 1 - np.einsum("rh,cw->rchw", rows, columns, dtype=np.int64)
    back = np.einsum("rchw,nhw->nrc", missing, weights) * input_zero
    return (channels.bias[:, None, None] + back).reshape(len(weights), -1)


def _pairs(low: IntArray, high: IntArray) -> IntArray:
    """Words of two 16-bit numbers."""
    return (low & 0xFFFF) | ((high & 0xFFFF) << 16)


def _int32(values: IntArray) -> npt.NDArray[np.int32]:
    return (values & 0xFFFFFFFF).astype(np.uint32).view(np.int32)
