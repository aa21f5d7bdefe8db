"""Which rows of a tensor a window computes, keeps and drops while it slides down.

A window slides over the rows of a middle tensor that are computed on demand, one
output row after the other. Rows that the next output row reads as well are kept, at
most `keep` of them; others are computed again when they are needed. Pure arithmetic on
integers; intervals are half open.
"""

from __future__ import annotations

from dataclasses import dataclass

from tinyts_dialect.windows import Window

Interval = tuple[int, int]


@dataclass(frozen=True)
class KeptRows:
    """A window's way down a tensor of `height` rows, from output row `first_row` on."""

    extent: int
    """Rows from the window's first tap to its last, both included."""
    stride: int
    pad_top: int
    height: int
    keep: int
    first_row: int = 0
    """The first output row: nothing is kept when it is computed."""

    def window(self, y: int) -> Interval:
        """Rows that output row `y` reads; none where its window lies in the padding."""
        start = y * self.stride - self.pad_top
        return self._inside(start), self._inside(start + self.extent)

    def _inside(self, row: int) -> int:
        return min(max(row, 0), self.height)

    def kept_end(self, y: int) -> int:
        """End of the rows that are kept from before when output row `y` is computed.

        They begin where its window does; the window's other rows are computed.
        """
        low, high = self.window(y)
        if y == self.first_row:
            return low
        wanted = y * self.stride - self.pad_top + self.keep
        return min(max(min(self.window(y - 1)[1], wanted), low), high)

    def kept(self, y: int) -> Interval:
        """Rows that are kept from before when output row `y` is computed."""
        return self.window(y)[0], self.kept_end(y)

    def computed(self, first: int, last: int) -> Interval:
        """All rows that output rows first..last-1 compute, and any between them."""
        start = self.kept_end(first)
        return start, max(start, self.window(last - 1)[1])

    def most_computed(self, first: int, last: int) -> int:
        """Most rows that one of the output rows first..last-1 computes."""
        return max(self.window(y)[1] - self.kept_end(y) for y in range(first, last))

    def most_passing(self, first: int, last: int, end: int) -> int:
        """Most rows that one of the output rows computes but cannot put in place.

        Output row end - 1 is the last. A row that is handed on has a place of its own;
        the first of them may have those of kept rows that die meanwhile.
        """
        return max(
            computed - max(0, min(stored, computed) - dying)
            for computed, stored, dying in (
                self._counts(y, y + 1 == end) for y in range(first, last)
            )
        )

    def _counts(self, y: int, is_end: bool) -> tuple[int, int, int]:
        """Rows that output row y computes, hands on, and is the last to find kept."""
        low, kept_end = self.kept(y)
        computed = self.window(y)[1] - kept_end
        if is_end:
            return computed, 0, kept_end - low
        start, stop = self.handed_on(y, y + 1)
        return computed, stop - start, min(self.kept(y + 1)[0], kept_end) - low

    def recomputed(self, first: int, last: int) -> int:
        """Rows that output rows first..last-1 compute although they were before."""
        return sum(
            max(0, self.window(y - 1)[1] - self.kept_end(y))
            for y in range(max(first, self.first_row + 1), last)
        )

    def handed_on(self, first: int, last: int) -> Interval:
        """Rows that output rows first..last-1 compute and output row `last` keeps."""
        low, high = self.kept(last)
        start = min(max(low, self.kept_end(first)), high)
        return start, high

    def stored(self, first: int, last: int, is_end: bool) -> list[Interval]:
        """Runs of rows that a call for first..last-1 computes and then keeps.

        Also of those that only a later row of the same call reads. `is_end` says that
        no output row follows, so that the last one keeps nothing.
        """
        runs: list[Interval] = []
        for y in range(first, last - 1 if is_end else last):
            start, stop = self.handed_on(y, y + 1)
            if runs and start <= runs[-1][1]:
                start = runs.pop()[0]
            if start < stop:
                runs.append((start, stop))
        return runs


def most_kept(window: Window) -> int:
    """Rows that two neighbouring windows share."""
    return max(window.extent(0) - window.stride[0], 0)


def input_rows(window: Window, first: int, last: int, height: int) -> Interval:
    """Rows, out of `height`, that output rows first..last-1 of a window read.

    None where there is no such output row, or where its window lies in the padding.
    """
    if first == last:
        return 0, 0
    start = first * window.stride[0] - window.pads.top
    stop = (last - 1) * window.stride[0] - window.pads.top + window.extent(0)
    inside = min(max(start, 0), height), min(max(stop, 0), height)
    return inside if inside[0] < inside[1] else (0, 0)
