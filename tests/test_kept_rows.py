"""Which rows a sliding window computes and keeps, against a simulation."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import pytest

from tinyts_dialect.kept_rows import KeptRows, input_rows, most_kept
from tinyts_dialect.windows import Pads, Window

OUTPUTS = 7


def windows() -> Iterator[KeptRows]:
    for extent, stride, pad, height in product(
        (1, 2, 3, 5, 7), (1, 2, 3), (0, 1, 3, 8), (1, 2, 6, 15)
    ):
        most = max(0, extent - stride)
        for keep in {0, 1, most - 1, most} & set(range(most + 1)):
            for first_row in (0, 2):
                yield KeptRows(extent, stride, pad, height, keep, first_row)


def read_by(rows: KeptRows, y: int) -> set[int]:
    start = y * rows.stride - rows.pad_top
    return set(range(start, start + rows.extent)) & set(range(rows.height))


@pytest.mark.parametrize("height", [1, 2, 3])
def test_every_row_is_there_when_it_is_read(height: int) -> None:
    """Calls of `height` output rows find in the table what they read of it."""
    for rows in windows():
        last_row = rows.first_row + OUTPUTS
        table: set[int] = set()
        computed: list[int] = []
        for first in range(rows.first_row, last_row, height):
            last = min(first + height, last_row)
            before, new = set(table), set[int]()
            for y in range(first, last):
                kept, window = range(*rows.kept(y)), range(*rows.window(y))
                assert set(window) == read_by(rows, y)
                assert set(kept) <= table
                assert set(kept) <= set(window)
                fresh = set(window) - set(kept)
                computed += fresh
                if y + 1 < last_row:
                    stored = set(range(*rows.handed_on(y, y + 1)))
                    assert stored <= fresh
                    new |= stored
                    table |= stored
                    assert set(range(*rows.kept(y + 1))) <= table
            runs = rows.stored(first, last, is_end=last == last_row)
            assert [row for run in runs for row in range(*run)] == sorted(new)
            assert all(a[1] < b[0] for a, b in zip(runs, runs[1:], strict=False))
            hull = range(*rows.computed(first, last))
            assert new <= set(hull)
            assert not new & before
            if last < last_row:
                assert set(range(*rows.handed_on(first, last))) <= new
        if rows.keep == max(0, rows.extent - rows.stride):
            assert len(computed) == len(set(computed))


def test_most_computed() -> None:
    rows = KeptRows(extent=3, stride=1, pad_top=1, height=4, keep=2)
    assert [rows.most_computed(y, y + 1) for y in range(4)] == [2, 1, 1, 0]
    assert rows.most_computed(0, 4) == 2
    assert rows.most_computed(1, 4) == 1


def test_most_kept() -> None:
    assert most_kept(Window((3, 1))) == 2
    assert most_kept(Window((3, 1), (2, 1))) == 1
    assert most_kept(Window((2, 1), (3, 1))) == 0
    assert most_kept(Window((3, 1), dilation=(2, 1))) == 4


def test_input_rows() -> None:
    window = Window((3, 1), (2, 1), Pads(1, 1, 0, 0))
    assert input_rows(window, 0, 1, 6) == (0, 2)
    assert input_rows(window, 1, 3, 6) == (1, 6)
    assert input_rows(window, 2, 2, 6) == (0, 0)
    far = Window((2, 1), pads=Pads(4, 4, 0, 0))
    assert input_rows(far, 0, 2, 1) == (0, 0)
    assert input_rows(far, 0, 4, 1) == (0, 1)
