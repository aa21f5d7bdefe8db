"""Packs convolutions into the streams of `runtime_c/include/tinyts_panel.h`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lowering.kernel_choice.instances import instance
from lowering.packing.panel_forms import Channels, IntArray

NO_WEIGHT = -1
"""A place of a word whose value has no weight."""


def words_of_runs(count: int, length: int) -> IntArray:
    """[words, 4] indices of the values of `count` runs of `length` values each.

    Where the length, at least 4, is no multiple of 4, a run's last word is that of its
    last four values, of which only those count that are new.
    """
    if length < 4:
        raise ValueError(f"a run of {length} values has no word")
    whole = np.arange(length // 4 * 4).reshape(-1, 4)
    last = np.arange(length - 4, length)
    last = np.where(last < whole.size, NO_WEIGHT, last)
    run = np.vstack([whole, last] if length % 4 else [whole])
    starts = length * np.arange(count)[:, None, None]
    return np.where(run == NO_WEIGHT, NO_WEIGHT, run + starts).reshape(-1, 4)


def words_of_gathered(rows: int, length: int) -> IntArray:
    """The same for rows of any length: whole words of each, then what is left over."""
    places = np.arange(rows * length).reshape(rows, length)
    whole = places[:, : length // 4 * 4].ravel()
    left_over = places[:, length // 4 * 4 :].ravel()
    padding = np.full(-len(left_over) % 4, NO_WEIGHT)
    return np.concatenate([whole, left_over, padding]).reshape(-1, 4)


TAIL = 4
"""Channels of the last group of a stream of larger ones, where so few are left."""


@dataclass(frozen=True)
class Layout:
    """How the constants of channels lie in a stream."""

    shape: str
    """`1x8`, `2x4`, `d2x4` or `s2x4`: pixels and channels at a time."""
    weights: str
    """`w16`, `w8`, or `w8s`: sums of odd channels begin anew with parts of a window."""
    form: str
    """Of the requantization."""

    @property
    def group(self) -> int:
        """Channels at a time."""
        return int(self.shape[-1])

    @property
    def bits(self) -> int:
        """Of a weight."""
        return 16 if self.weights == "w16" else 8

    def groups(self, channels: int) -> Iterator[tuple[int, int]]:
        """The first channel of each group, and how many channels it has room for."""
        for first in range(0, channels, self.group):
            yield first, TAIL if channels - first <= TAIL else self.group

    def words_of_channels(self, words: int, channels: int) -> int:
        """Words of the stream of channels whose windows have so many words."""
        scales = {"sum": -1}.get(self.form, 3)
        if (self.weights, self.form) == ("w16", "relu"):
            scales = 2
        each = 1 + scales + words * self.bits // 8
        return sum(each * group for _, group in self.groups(channels))

    def function(self, shift: int) -> str:
        """The function that eats a stream, without `tinyts_`."""
        if (self.weights, self.form) == ("w16", "relu"):
            return instance(f"panel_{self.shape}_relu", shift)
        return f"panel_{self.shape}_{self.weights}_{self.form}"


def stream(
    channels: Channels, words: IntArray, layout: Layout, cuts: Sequence[int]
) -> npt.NDArray[np.int32]:
    """The stream of some channels, by groups that begin anew at every cut.

    `cuts` ascend from 0 to the number of channels.
    """
    order = _order(cuts, layout)
    sizes = np.array([len(group) for group in order])
    pieces: list[npt.NDArray[np.int32] | None] = [None] * len(order)
    for size in set(sizes.tolist()):
        places = np.flatnonzero(sizes == size)
        packed = _packed(
            channels, words, layout, np.stack([order[place] for place in places])
        )
        for place, piece in zip(places, packed, strict=True):
            pieces[place] = piece
    return np.concatenate([piece for piece in pieces if piece is not None])


def _order(cuts: Sequence[int], layout: Layout) -> list[IntArray]:
    """The channels of each group, NO_WEIGHT where it has fewer than room."""
    found: list[IntArray] = []
    for first, stop in zip(cuts, cuts[1:], strict=False):
        for start, size in layout.groups(stop - first):
            order = first + start + np.arange(size)
            found.append(np.where(order < stop, order, NO_WEIGHT))
    return found


def _packed(
    channels: Channels, words: IntArray, layout: Layout, order: IntArray
) -> npt.NDArray[np.int32]:
    """[groups, words of a group] of groups of one size, whose channels `order` has."""
    bias, multipliers, constants, shifts = (
        np.append(array, 0)[order]
        for array in (
            channels.bias,
            channels.multipliers,
            channels.constants,
            channels.shifts,
        )
    )
    weights = _weights(channels, words, order)
    if layout.bits == 8:  # two channels in one number of 16 bits
        weights = weights[..., 0::2] + 256 * weights[..., 1::2]
    if layout.weights == "w8" or layout.shape == "2x4" and layout.bits == 8:
        bias[:, 1::2] = 256 * bias[:, 1::2] + bias[:, 0::2]
    low, high = weights[:, :, :, 0] & 0xFFFF, weights[:, :, :, 1] & 0xFFFF
    groups = len(order)
    parts = [(low | high << 16).reshape(groups, -1)]
    if layout.form != "sum":
        scales = np.stack([multipliers, constants], 2).reshape(groups, -1)
        parts = [bias, *parts, scales]
    if layout.form != "sum" and (layout.weights, layout.form) != ("w16", "relu"):
        parts.append(shifts)
    return _int32(np.concatenate(parts, 1))


def _weights(channels: Channels, words: IntArray, order: IntArray) -> IntArray:
    """[groups, words, pairs (0, 2) and (1, 3), their two values, channels]."""
    known = np.pad(channels.weights.astype(np.int32), ((0, 1), (0, 1)))
    taps = known[:, words][..., [0, 2, 1, 3]]  # NO_WEIGHT is the last, a zero
    taps = taps.reshape(len(known), len(words), 2, 2)
    return np.moveaxis(taps[order], 1, -1)


def _int32(values: IntArray) -> npt.NDArray[np.int32]:
    return (values.astype(np.int64) & 0xFFFFFFFF).astype(np.uint32).view(np.int32)
