"""Rectangles of a tensor and the windows that operators slide over them.

Pure arithmetic on integers; intervals are half open. Rows and columns of a tensor are
counted from 0; a window may start above or left of it, where it reads padding.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple


class Rect(NamedTuple):
    """Rows y0..y1-1 and columns x0..x1-1 of a tensor."""

    y0: int
    y1: int
    x0: int
    x1: int

    @property
    def height(self) -> int:
        return self.y1 - self.y0

    @property
    def width(self) -> int:
        return self.x1 - self.x0

    def shifted(self, dy: int, dx: int) -> Rect:
        """The same rectangle, `dy` rows further down and `dx` columns to the right."""
        return Rect(self.y0 + dy, self.y1 + dy, self.x0 + dx, self.x1 + dx)

    def contains(self, other: Rect) -> bool:
        return (
            self.y0 <= other.y0
            and other.y1 <= self.y1
            and self.x0 <= other.x0
            and other.x1 <= self.x1
        )

    def intersection(self, other: Rect) -> Rect | None:
        """The common rectangle, None where it is empty."""
        common = Rect(
            max(self.y0, other.y0),
            min(self.y1, other.y1),
            max(self.x0, other.x0),
            min(self.x1, other.x1),
        )
        return common if common.height > 0 and common.width > 0 else None


class Pads(NamedTuple):
    """Rows and columns of padding on the four sides; a negative one crops."""

    top: int
    bottom: int
    left: int
    right: int


NO_PADS = Pads(0, 0, 0, 0)


class Range(NamedTuple):
    """Indices start..stop-1 along one axis, and the padding before and after them."""

    start: int
    stop: int
    pad_before: int
    pad_after: int


@dataclass(frozen=True)
class Window:
    """A window that slides over rows and columns; pairs are (rows, columns)."""

    kernel: tuple[int, int]
    stride: tuple[int, int] = (1, 1)
    pads: Pads = NO_PADS
    dilation: tuple[int, int] = (1, 1)

    def extent(self, axis: int) -> int:
        """Indices from the first tap to the last along an axis, both included."""
        return (self.kernel[axis] - 1) * self.dilation[axis] + 1

    def output_size(self, axis: int, size: int) -> int:
        """Outputs along an axis of `size` inputs; zero where no window fits."""
        before, after = self.pads[2 * axis], self.pads[2 * axis + 1]
        room = size + before + after - self.extent(axis)
        return room // self.stride[axis] + 1 if room >= 0 else 0

    def input_range(self, axis: int, first: int, last: int, size: int) -> Range:
        """Inputs, out of `size`, that outputs first..last-1 read along an axis.

        All outputs stand for all inputs, also for those that no window reads.
        There is always at least one: where a window lies wholly in the padding, the
        nearest input stands in for it and one of the pads is negative (a crop).
        """
        if (first, last) == (0, self.output_size(axis, size)):
            return Range(0, size, self.pads[2 * axis], self.pads[2 * axis + 1])
        start = first * self.stride[axis] - self.pads[2 * axis]
        stop = (last - 1) * self.stride[axis] - self.pads[2 * axis] + self.extent(axis)
        clipped_start = min(max(start, 0), size - 1)
        clipped_stop = min(max(stop, clipped_start + 1), size)
        return Range(
            clipped_start,
            clipped_stop,
            clipped_start - start,
            stop - clipped_stop,
        )

    def input_rect(self, output: Rect, height: int, width: int) -> tuple[Rect, Window]:
        """What `output` reads of a height x width input, and the window on that part.

        The returned window keeps only the pads that are left at the border of the part.
        """
        rows = self.input_range(0, output.y0, output.y1, height)
        columns = self.input_range(1, output.x0, output.x1, width)
        pads = Pads(
            rows.pad_before, rows.pad_after, columns.pad_before, columns.pad_after
        )
        part = Window(self.kernel, self.stride, pads, self.dilation)
        return Rect(rows.start, rows.stop, columns.start, columns.stop), part


def same_pads(size: int, extent: int, stride: int) -> tuple[int, int]:
    """Padding before and after one axis for TFLite's SAME.

    The odd element of padding goes after the tensor.
    """
    outputs = -(-size // stride)
    total = max((outputs - 1) * stride + extent - size, 0)
    return total // 2, total - total // 2
