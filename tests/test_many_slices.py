"""What finds the few slices that matter among thousands finds the same as a search."""

from __future__ import annotations

import numpy as np
from xdsl.ir import SSAValue

from lowering.accesses import held_rows
from lowering.fold_slices import Tiling
from tinyts_dialect.tsbuf import Access, BufferOp, Image, RowsOp
from tinyts_dialect.windows import Rect


def random_table(random: np.random.Generator) -> RowsOp:
    """A table some rows of which no buffer holds."""
    buffers: list[SSAValue] = []
    starts: list[int] = []
    row = 0
    for _ in range(random.integers(1, 8)):
        row += int(random.integers(0, 3))
        height = int(random.integers(1, 4))
        buffers.append(BufferOp(Image(height, 2, 3)).result)
        starts.append(row)
        row += height
    return RowsOp(buffers, starts, Image(row + 2, 2, 3))


def test_held_rows() -> None:
    random = np.random.default_rng(0)
    for _ in range(200):
        table = random_table(random)
        table.verify()
        for _ in range(5):
            first = int(random.integers(0, table.image.height))
            last = int(random.integers(first, table.image.height)) + 1
            found = [tuple(rows) for rows in held_rows(Access("x", table, first, last))]
            expected = [
                (buffer, start, max(start, first), min(end, last))
                for buffer, start, end in table.parts()
                if start < last and first < end
            ]
            assert found == expected


def test_held_rows_of_a_table_that_changed() -> None:
    table = RowsOp([BufferOp(Image(2, 1, 1)).result], [0], Image(9, 1, 1))
    assert [rows.first for rows in held_rows(Access("x", table, 0, 9))] == [0]
    moved = RowsOp([BufferOp(Image(2, 1, 1)).result], [5], Image(9, 1, 1))
    table.starts = moved.starts
    assert [rows.first for rows in held_rows(Access("x", table, 0, 9))] == [5]


def test_tiling() -> None:
    random = np.random.default_rng(1)
    for _ in range(300):
        corners = random.integers(0, 12, (random.integers(1, 10), 2)).tolist()
        places = [
            Rect(y, y + int(random.integers(1, 5)), x, x + int(random.integers(1, 5)))
            for y, x in corners
        ]
        y, x = random.integers(0, 14, 2).tolist()
        wanted = Rect(y, y + int(random.integers(1, 6)), x, x + 3)
        near = Tiling(places).near(wanted)
        assert near == sorted(near)
        assert all(places[index] == place for index, place in near)
        expected = [
            index
            for index, place in enumerate(places)
            if place.intersection(wanted) is not None
        ]
        assert set(expected) <= {index for index, _ in near}
