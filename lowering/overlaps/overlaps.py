"""How far a kernel's output must begin below its dying input: exact, by the walk.

Pure arithmetic. A trail counts from the start of the written buffer to the start of the
read one: with a trail of D bytes, or more, no byte is overwritten before it was read
for the last time; with D - 1 one is.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from lowering.overlaps.walks import Taps, Walk

NEVER = np.iinfo(np.int64).max // 4
"""Where nothing is read any more."""

Numbers = npt.NDArray[np.int64]


class Held(NamedTuple):
    """Rows first..last-1 of a tensor as they lie in a buffer, from byte `byte` on."""

    first: int
    last: int
    byte: int
    width: int
    channels: int

    def shifted(self, rows: int) -> Held:
        """The same bytes under other row numbers."""
        return self._replace(first=self.first + rows, last=self.last + rows)


def smallest_trail(
    walk: Walk, call_rows: tuple[int, int], written: Held, read: Held
) -> int:
    """The smallest trail of a written buffer below a read one, at least 0.

    The call computes output rows `call_rows`, of which the buffer holds those of
    `written`. Calls of equal shape share one computation.
    """
    first, last = call_rows
    return _trail(
        walk,
        last - first,
        written.shifted(-first),
        read.shifted(-first * walk.rows.stride),
    )


@lru_cache(maxsize=4096)
def _trail(walk: Walk, height: int, written: Held, read: Held) -> int:
    width, channels = written.width, written.channels
    lowest = _lowest_reads(walk, height, width, read)
    after = np.append(np.minimum.accumulate(lowest[::-1])[::-1], NEVER)
    pixels = np.arange(written.first * width, written.last * width)
    start = written.byte + (pixels - written.first * width) * channels
    if walk.ahead:
        trails = start + channels - after[pixels + 1]
    elif walk.ch_mult is not None:  # all channels but the last, then the last
        front = start + channels - 1 - (channels - 1) // walk.ch_mult - lowest[pixels]
        trails = start + channels - after[pixels + 1]
        if channels > 1:
            trails = np.maximum(trails, front)
    else:
        column = pixels % width
        begin = column // walk.block * walk.block
        end = np.minimum(begin + walk.block, width)
        trails = start + (end - column) * channels - after[pixels - column + begin]
    return max(0, int(trails.max()))


def _lowest_reads(walk: Walk, height: int, width: int, read: Held) -> Numbers:
    """The lowest byte of the buffer that each output pixel reads, or NEVER."""
    rows = _lowest_taps(walk.rows, height, read.first, read.last)[:, np.newaxis]
    columns = _lowest_taps(walk.columns, width, 0, read.width)[np.newaxis, :]
    pixels = (rows - read.first) * read.width + columns
    lowest = read.byte + pixels * read.channels
    return np.where((rows == NEVER) | (columns == NEVER), NEVER, lowest).ravel()


def _lowest_taps(taps: Taps, outputs: int, first: int, last: int) -> Numbers:
    """The lowest index among first..last-1 that each output reads, or NEVER."""
    origin = np.arange(outputs) * taps.stride - taps.padding
    skipped = np.maximum(0, -((origin - first) // taps.dilation))
    lowest = origin + skipped * taps.dilation
    return np.where((skipped < taps.count) & (lowest < last), lowest, NEVER)
