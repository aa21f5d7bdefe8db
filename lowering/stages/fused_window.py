"""Which rows of its middle tensor a fused pair computes and keeps, call by call."""

from __future__ import annotations

from dataclasses import dataclass

from lowering.stages.graph import RowRange
from tinyts_dialect.windows import Window


@dataclass(frozen=True)
class FusedWindow:
    """The consumer's window over the rows of the middle tensor.

    `keep` rows that the next output row reads again are kept; by default all of them.
    `first` is the lowest output row that is computed, `last` follows the highest.
    """

    window: Window
    height: int
    first: int
    last: int
    keep: int | None = None

    def _start(self, y: int) -> int:
        return y * self.window.stride[0] - self.window.pads.top

    def _clip(self, row: int) -> int:
        return min(max(row, 0), self.height)

    def read(self, y: int) -> RowRange:
        """Rows of the middle tensor that output row `y` reads."""
        start = self._start(y)
        extent = self.window.extent(0)
        return RowRange(self._clip(start), self._clip(start + extent))

    def kept(self, y: int) -> RowRange:
        """Those of them that earlier calls have left."""
        low, high = self.read(y)
        if y == self.first:
            return RowRange(low, low)
        keep = self.keep
        if keep is None:
            keep = max(0, self.window.extent(0) - self.window.stride[0])
        end = min(self.read(y - 1).last, self._start(y) + keep)
        return RowRange(low, min(max(end, low), high))

    def computed(self, y: int) -> RowRange:
        """Those that the call for output row `y` computes."""
        return RowRange(self.kept(y).last, self.read(y).last)

    def stored(self, y: int) -> RowRange:
        """Rows computed for `y` that a later row finds kept."""
        if y + 1 >= self.last:
            return RowRange(0, 0)
        next_kept, computed = self.kept(y + 1), self.computed(y)
        first = max(next_kept.first, computed.first)
        return RowRange(first, max(first, min(next_kept.last, computed.last)))
