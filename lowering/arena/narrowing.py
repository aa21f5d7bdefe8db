"""What permitted overlaps leave of the forbidden distances between two blocks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from lowering.arena.blocks import Permission, units

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

NO_TRAIL = 1 << 40
"""Longer than any block, in units: a trail that permits nothing new."""


@dataclass(frozen=True)
class Intervals:
    """Forbidden distances `low < offset of block - offset of other < high`, in units.

    One entry for each pair of pieces that live at the same step. `begins` says whether
    the block begins, with its piece, at the step at which the other's piece ends,
    `ends` the reverse.
    """

    block: Ints
    other: Ints
    low: Ints
    high: Ints
    begins: Flags
    ends: Flags

    def reversed(self) -> Intervals:
        """The same, seen from the other block."""
        return Intervals(
            self.other, self.block, -self.high, -self.low, self.ends, self.begins
        )

    def select(self, entries: Flags | Ints) -> Intervals:
        """Some of the entries."""
        return Intervals(*(getattr(self, f.name)[entries] for f in fields(self)))

    def with_limits(self, low: Ints, high: Ints) -> Intervals:
        """Other limits; entries without a distance between them are left out."""
        changed = Intervals(self.block, self.other, low, high, self.begins, self.ends)
        return changed.select(low < high)


def joined(first: Intervals, second: Intervals) -> Intervals:
    """The entries of both."""
    return Intervals(
        *(
            np.concatenate([getattr(first, f.name), getattr(second, f.name)])
            for f in fields(Intervals)
        )
    )


def narrow(
    found: Intervals, overlaps: Sequence[Permission], count: int, alignment: int
) -> Intervals:
    """Takes off what permissions of a pair (block, other) = (writer, reader) allow.

    `count` is the number of blocks. With a trail every distance of minus the trail or
    less is allowed, rounded to whole units of `alignment` bytes; without one distance 0
    is, which splits an interval around it in two.
    """
    if not overlaps:
        return found
    pairs = sorted({(item.writer, item.reader) for item in overlaps})
    trails, same = np.full(len(pairs), NO_TRAIL), np.zeros(len(pairs), bool)
    index = {pair: position for position, pair in enumerate(pairs)}
    for item in overlaps:
        position = index[item.writer, item.reader]
        if item.trail is None:
            same[position] = True
        else:
            trails[position] = min(trails[position], units(item.trail, alignment))
    keys = np.array([writer * count + reader for writer, reader in pairs], np.int64)
    wanted = found.block * count + found.other
    nearest = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    permitted = found.begins & (keys[nearest] == wanted)
    low = np.where(permitted, np.maximum(found.low, -trails[nearest]), found.low)
    split = permitted & same[nearest] & (low < 0) & (found.high > 0)
    below = found.with_limits(low, np.where(split, 0, found.high))
    above = found.select(split)
    return joined(below, above.with_limits(above.low * 0, above.high))
