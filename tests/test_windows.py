"""Windows: what parts of an output read, against counting every tap one by one."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import numpy as np
import pytest

from tinyts_dialect.reference import pad_image, window_taps
from tinyts_dialect.windows import NO_PADS, Pads, Range, Rect, Window, same_pads

Taps = list[tuple[int | None, ...]]
"""For each output the inputs that its taps read; None for a tap in the padding."""


def positions(window: Window, axis: int, outputs: range) -> list[list[int]]:
    """Where the taps of each output lie along an axis, padding included."""
    before = window.pads[2 * axis]
    stride, dilation = window.stride[axis], window.dilation[axis]
    return [
        [o * stride - before + t * dilation for t in range(window.kernel[axis])]
        for o in outputs
    ]


def taps(window: Window, axis: int, outputs: range, size: int) -> Taps:
    """The taps of some outputs along an axis of `size` inputs."""
    return [
        tuple(p if 0 <= p < size else None for p in row)
        for row in positions(window, axis, outputs)
    ]


def part_window(window: Window, axis: int, part: Range) -> Window:
    """The window on the inputs of a range."""
    pads = list(window.pads)
    pads[2 * axis : 2 * axis + 2] = part.pad_before, part.pad_after
    return Window(window.kernel, window.stride, Pads(*pads), window.dilation)


def moved(found: Taps, by: int) -> Taps:
    return [tuple(None if p is None else p + by for p in row) for row in found]


def windows(axis: int) -> Iterator[Window]:
    """Windows along one axis: every kernel, stride, padding and dilation."""
    for kernel, stride, before, after, dilation in product(
        (1, 2, 3, 4), (1, 2, 3), (-2, -1, 0, 1, 3, 6), (-1, 0, 2, 5), (1, 2)
    ):
        across = (2, 7)
        along = (before, after)
        yield Window(
            (kernel, 3) if axis == 0 else (3, kernel),
            (stride, 2) if axis == 0 else (2, stride),
            Pads(*along, *across) if axis == 0 else Pads(*across, *along),
            (dilation, 1) if axis == 0 else (1, dilation),
        )


SIZES = range(1, 7)


@pytest.mark.parametrize("axis", [0, 1])
def test_output_size_counts_the_windows_that_fit(axis: int) -> None:
    for window, size in product(windows(axis), SIZES):
        before, after = window.pads[2 * axis : 2 * axis + 2]
        last_tap = (window.kernel[axis] - 1) * window.dilation[axis]
        starts = range(-before, size + after - last_tap, window.stride[axis])
        assert window.output_size(axis, size) == len(starts)
        assert window.extent(axis) == last_tap + 1


@pytest.mark.parametrize("axis", [0, 1])
def test_parts_read_what_their_taps_read(axis: int) -> None:
    """The window on the part reads, tap by tap, what the whole one reads there."""
    for window, size in product(windows(axis), SIZES):
        outputs = window.output_size(axis, size)
        for first in range(outputs):
            for last in range(first + 1, outputs + 1):
                part = window.input_range(axis, first, last, size)
                assert 0 <= part.start < part.stop <= size
                inner = part_window(window, axis, part)
                height = part.stop - part.start
                assert inner.output_size(axis, height) == last - first
                mine = taps(inner, axis, range(last - first), height)
                whole = taps(window, axis, range(first, last), size)
                assert moved(mine, part.start) == whole


@pytest.mark.parametrize("axis", [0, 1])
def test_parts_read_no_more_than_they_need(axis: int) -> None:
    """From the first tap to the last, as far as these inputs exist."""
    for window, size in product(windows(axis), SIZES):
        outputs = window.output_size(axis, size)
        for first in range(outputs):
            for last in range(first + 1, outputs + 1):
                part = window.input_range(axis, first, last, size)
                if (first, last) == (0, outputs):
                    assert (part.start, part.stop) == (0, size)
                    continue
                rows = positions(window, axis, range(first, last))
                lowest, highest = rows[0][0], rows[-1][-1]
                if highest < 0 or lowest >= size:
                    assert part.stop - part.start == 1
                    continue
                hull = max(lowest, 0), min(highest + 1, size)
                assert (part.start, part.stop) == hull


@pytest.mark.parametrize("axis", [0, 1])
def test_parts_of_parts(axis: int) -> None:
    for window, size in product(windows(axis), (1, 3, 5)):
        outputs = window.output_size(axis, size)
        if outputs < 3:
            continue
        for first, last in {(0, outputs - 1), (1, outputs), (1, outputs - 1)}:
            outer = window.input_range(axis, first, last, size)
            middle = part_window(window, axis, outer)
            for begin in range(last - first):
                inner = middle.input_range(
                    axis, begin, begin + 1, outer.stop - outer.start
                )
                innermost = part_window(middle, axis, inner)
                mine = taps(innermost, axis, range(1), inner.stop - inner.start)
                output = first + begin
                whole = taps(window, axis, range(output, output + 1), size)
                assert moved(mine, outer.start + inner.start) == whole


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        (0, 1, Range(0, 1, 4, -2)),  # three taps, all above the first row
        (1, 2, Range(0, 1, 3, -1)),
        (2, 3, Range(0, 1, 2, 0)),  # its last tap is row 0
        (8, 9, Range(3, 4, -1, 3)),  # all taps below the last row
        (9, 10, Range(3, 4, -2, 4)),
        (0, 10, Range(0, 4, 4, 4)),
    ],
)
def test_windows_wholly_in_the_padding_crop(
    first: int, last: int, expected: Range
) -> None:
    window = Window((3, 1), pads=Pads(4, 4, 0, 0))
    assert window.output_size(0, 4) == 10
    assert window.input_range(0, first, last, 4) == expected


def test_all_outputs_stand_for_inputs_that_no_window_reads() -> None:
    window = Window((1, 1), (3, 3))
    assert window.output_size(0, 6) == 2
    assert window.input_range(0, 0, 2, 6) == Range(0, 6, 0, 0)
    assert window.input_range(0, 1, 2, 6) == Range(3, 4, 0, 0)


def test_no_window_fits() -> None:
    window = Window((3, 3), dilation=(2, 1))
    assert window.output_size(0, 4) == 0
    assert window.output_size(0, 5) == 1
    assert window.output_size(1, 2) == 0


def test_rectangles_of_random_windows() -> None:
    """In two dimensions: the values that a part computes are those of the whole."""
    random = np.random.default_rng(0)
    for _ in range(300):
        numbers = [int(n) for n in random.integers(1, 4, 6)]
        window = Window(
            (numbers[0], numbers[1]),
            (numbers[2], numbers[3]),
            Pads(*(int(pad) for pad in random.integers(-1, 5, 4))),
            (numbers[4], numbers[5]),
        )
        height, width = (int(n) for n in random.integers(1, 9, 2))
        rows, columns = window.output_size(0, height), window.output_size(1, width)
        if not rows or not columns:
            continue
        x = random.integers(1, 1000, (1, height, width, 2))
        whole = window_taps(x, window, 0)
        assert whole.shape[1:3] == (rows, columns)
        y0, y1 = sorted(int(n) for n in random.choice(rows + 1, 2, replace=False))
        x0, x1 = sorted(int(n) for n in random.choice(columns + 1, 2, replace=False))
        place, part = window.input_rect(Rect(y0, y1, x0, x1), height, width)
        assert Rect(0, height, 0, width).contains(place)
        cut = x[:, place.y0 : place.y1, place.x0 : place.x1]
        np.testing.assert_array_equal(window_taps(cut, part, 0), whole[:, y0:y1, x0:x1])


def test_pads_of_an_image_grow_and_crop() -> None:
    x = np.arange(1, 7).reshape(1, 2, 3, 1)
    grown = pad_image(x, Pads(1, 0, 0, 2), 9)
    assert grown[0, :, :, 0].tolist() == [[9] * 5, [1, 2, 3, 9, 9], [4, 5, 6, 9, 9]]
    assert pad_image(x, Pads(-1, 1, -2, 0), 9)[0, :, :, 0].tolist() == [[6], [9]]
    assert pad_image(x, NO_PADS, 9).tolist() == x.tolist()


@pytest.mark.parametrize("size", range(1, 12))
def test_same_pads(size: int) -> None:
    """The least padding that gives ceil(size / stride) outputs, the odd one behind."""
    for extent, stride in product(range(1, 8), range(1, 5)):
        before, after = same_pads(size, extent, stride)
        assert before >= 0
        assert after - before in (0, 1)
        wanted = -(-size // stride)
        padded = Window((extent, 1), (stride, 1), Pads(before, after, 0, 0))
        assert padded.output_size(0, size) == wanted
        if before + after:
            less = Pads(before, after - 1, 0, 0)
            smaller = Window((extent, 1), (stride, 1), less)
            assert smaller.output_size(0, size) == wanted - 1


def cells(rect: Rect) -> set[tuple[int, int]]:
    return set(product(range(rect.y0, rect.y1), range(rect.x0, rect.x1)))


def test_rectangles_are_sets_of_pixels() -> None:
    random = np.random.default_rng(1)
    for _ in range(300):
        (y, yy), (x, xx), (v, vv), (u, uu) = (
            sorted(int(n) for n in random.choice(6, 2, replace=False)) for _ in range(4)
        )
        one, other = Rect(y, yy, x, xx), Rect(v, vv, u, uu)
        common = one.intersection(other)
        assert (cells(common) if common else set()) == cells(one) & cells(other)
        assert one.contains(other) == (cells(other) <= cells(one))
        assert one.height * one.width == len(cells(one))
        assert cells(one.shifted(2, -3)) == {(a + 2, b - 3) for a, b in cells(one)}
