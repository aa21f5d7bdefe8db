"""The CSV of MiniMalloc: what is written, and what is wrong with what is read."""

from __future__ import annotations

import random

import pytest

from lowering.arena.blocks import Block, Piece
from lowering.arena.minimalloc import csv_text, read_offsets
from lowering.arena.plan import plan

BLOCKS = [
    Block(8, (Piece(0, 8, 0, 2),)),
    Block(12, (Piece(0, 4, 1, 1), Piece(4, 8, 3, 6))),
    Block(4, ()),
]


def test_blocks_without_and_with_offsets() -> None:
    assert csv_text(BLOCKS) == "id,lower,upper,size\n0,0,3,8\n1,1,7,12\n2,0,0,4\n"
    assert csv_text(BLOCKS, [12, 0, 4]) == (
        "id,lower,upper,size,offset\n0,0,3,8,12\n1,1,7,12,0\n2,0,0,4,4\n"
    )
    assert csv_text([]) == "id,lower,upper,size\n"


def test_what_was_written_is_read_again() -> None:
    rng = random.Random(0)
    blocks = [
        Block(size, (Piece(0, size, first, first + rng.randrange(4)),))
        for size, first in ((rng.randint(1, 40), rng.randrange(9)) for _ in range(20))
    ]
    offsets = plan(blocks, 4).offsets
    assert read_offsets(csv_text(blocks, offsets), blocks, 4) == offsets
    assert read_offsets("id,offset\n", [], 4) == ()


def test_columns_and_lines_may_have_any_order() -> None:
    text = "offset, note, id\n 0 ,a,1\r\n4,,2\n12,c,0\n"
    assert read_offsets(text, BLOCKS, 4) == (12, 0, 4)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "there is no column 'id'"),
        ("id,size\n0,8\n", "there is no column 'offset'"),
        ("offset\n0\n", "there is no column 'id'"),
        ("id,offset\n0,0\n2,4\n", "buffer 1 is missing"),
        ("id,offset\n0,0\n3,4\n", "line 3: there is no buffer 3"),
        ("id,offset\n-1,0\n", "line 2: there is no buffer -1"),
        ("id,offset\n0,0\n0,4\n", "line 3: buffer 0 is there twice"),
        ("id,offset\nb0,0\n", "line 2: id 'b0' is not a number"),
        ("id,offset\n0,-4\n", "line 2: offset -4 is negative"),
        ("id,offset\n0,6\n", "line 2: offset 6 is no multiple of 4"),
        ("id,offset\n0,four\n", "line 2: offset 'four' is not a number"),
        ("id,offset\n0,1e3\n", "line 2: offset '1e3' is not a number"),
        ("id,offset\n0,\n", "line 2: offset '' is not a number"),
        ("id,offset\n0\n", "line 2: offset '' is not a number"),
        (f"id,offset\n0,{'9' * 99}\n", f"line 2: offset '{'9' * 40}' is not a number"),
        ("id,size,offset\n0,9,0\n", "line 2: buffer 0 has size 9, expected 8"),
        ("id,size,offset\n0,,0\n", "line 2: buffer 0: size '' is not a"),
        (f'id,offset\n"{"x" * 200_000}",0\n', "field larger than field limit"),
    ],
)
def test_wrong_tables_are_refused(text: str, message: str) -> None:
    with pytest.raises(ValueError) as caught:
        read_offsets(text, BLOCKS, 4)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)
