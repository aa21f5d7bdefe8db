"""Arena planners: against an occupancy grid, a naive first fit and all orders."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from collections.abc import Iterable, Sequence
from itertools import permutations
from pathlib import Path

import numpy as np
import pytest

from lowering.arena import eviction
from lowering.arena.blocks import (
    Block,
    Piece,
    Placement,
)
from lowering.arena.bounds import lower_bound_bytes, peak_live_bytes
from lowering.arena.conflicts import find_conflicts
from lowering.arena.first_fit import greedy_by_size, place, place_in_order
from lowering.arena.orders import all_orders
from lowering.arena.plan import plan

Row = tuple[int, int, int]

# Buffers as (size, first, last); the arena of greedy by size, of the plan, the peak.
TABLES: list[tuple[str, list[Row], int, int, int]] = [
    ("nothing", [], 0, 0, 0),
    ("one", [(5, 0, 3)], 8, 8, 8),
    ("empty buffers", [(0, 0, 9), (4, 0, 9), (0, 3, 3)], 4, 4, 4),
    ("one after another", [(8, 0, 0), (8, 1, 1), (4, 2, 5)], 8, 8, 8),
    ("last step is included", [(8, 0, 1), (8, 1, 2)], 16, 16, 16),
    ("sizes are rounded up", [(1, 0, 1), (2, 0, 1), (3, 0, 1)], 12, 12, 12),
    ("chain", [(16, 0, 1), (8, 1, 2), (16, 2, 3), (8, 3, 4)], 24, 24, 24),
    ("dead steps between", [(8, -7, -5), (8, 1000, 2000)], 8, 8, 8),
    (
        # By size, the row of 12 lands below the first of 8, out of reach of the other.
        "greedy loses",
        [(12, 0, 2), (16, 3, 6), (8, 1, 3), (8, 1, 1)],
        32,
        28,
        28,
    ),
]


def buffers(rows: Iterable[Row]) -> list[Block]:
    return [Block(size, (Piece(0, size, first, last),)) for size, first, last in rows]


def frame(rows: int, row_bytes: int, steps_per_row: int = 1) -> Block:
    """An input whose row y is read for the last time at step y * steps_per_row."""
    return Block(
        rows * row_bytes,
        tuple(
            Piece(y * row_bytes, row_bytes, 0, y * steps_per_row) for y in range(rows)
        ),
    )


def random_blocks(rng: random.Random, count: int, max_pieces: int = 1) -> list[Block]:
    """Blocks of 0 to 24 bytes on 12 steps; pieces may share bytes and steps."""
    blocks: list[Block] = []
    for _ in range(count):
        size = rng.randrange(25)
        pieces: list[Piece] = []
        for _ in range(rng.randint(1, max_pieces)):
            whole = max_pieces == 1
            offset = 0 if whole else rng.randint(0, size)
            length = size if whole else rng.randint(0, size - offset)
            first = rng.randrange(12)
            pieces.append(Piece(offset, length, first, rng.randint(first, 11)))
        blocks.append(Block(size, tuple(pieces)))
    return blocks


def line_buffers(layers: int, rows: int, seed: int = 0) -> list[Block]:
    """A depth-first chain of layers with windows of 3 rows: a buffer for each row.

    Every fourth layer halves the number of rows; row sizes differ between layers.
    """
    rng = random.Random(seed)
    strides = [2 if layer % 4 == 3 else 1 for layer in range(layers)]
    heights = [rows]
    for stride in strides:
        heights.append(-(-heights[-1] // stride))
    sizes = [rng.randrange(3, 40) * 4 * rng.choice((3, 5, 8)) for _ in heights]
    lives: list[dict[int, list[int]]] = [{} for _ in heights]
    step = 0

    def compute(level: int, row: int) -> None:
        nonlocal step
        window: list[list[int]] = []
        if level:
            center = row * strides[level - 1]
            for y in range(max(0, center - 1), min(heights[level - 1], center + 2)):
                if y not in lives[level - 1]:
                    compute(level - 1, y)
                window.append(lives[level - 1][y])
        for life in window:
            life[1] = step
        lives[level][row] = [step, step]
        step += 1

    for row in range(heights[-1]):
        compute(layers, row)
    for life in lives[-1].values():
        life[1] = step
    return buffers(
        (size, first, last)
        for size, level in zip(sizes, lives, strict=True)
        for first, last in level.values()
    )


def check(blocks: Sequence[Block], offsets: Sequence[int], alignment: int) -> int:
    """Fill in a grid of bytes and steps; return the arena that the blocks need."""
    assert len(offsets) == len(blocks)
    assert all(offset >= 0 and offset % alignment == 0 for offset in offsets)
    arena = max((o + b.size for o, b in zip(offsets, blocks, strict=True)), default=0)
    pieces = [piece for block in blocks for piece in block.pieces]
    start = min((piece.first for piece in pieces), default=0)
    stop = max((piece.last for piece in pieces), default=0) + 1
    owner = np.full((arena, stop - start), -1)
    for index, (offset, block) in enumerate(zip(offsets, blocks, strict=True)):
        for piece in block.pieces:
            low = offset + piece.offset
            cells = owner[
                low : low + piece.size, piece.first - start : piece.last + 1 - start
            ]
            assert np.isin(cells, (-1, index)).all(), f"block {index} collides"
            cells[...] = index
    return -(-arena // alignment) * alignment


def check_placement(
    blocks: Sequence[Block], placement: Placement, alignment: int
) -> None:
    assert check(blocks, placement.offsets, alignment) == placement.arena_bytes
    assert placement.arena_bytes >= lower_bound_bytes(blocks, alignment)
    assert placement.strategy


def live_bytes_by_counting(blocks: Sequence[Block]) -> int:
    """The peak at alignment 1: a cell for every byte of every block."""
    peak = 0
    for step in range(12):
        live = {
            (index, byte)
            for index, block in enumerate(blocks)
            for piece in block.pieces
            if piece.first <= step <= piece.last
            for byte in range(piece.offset, piece.offset + piece.size)
        }
        peak = max(peak, len(live))
    return peak


def naive_first_fit(
    blocks: Sequence[Block], order: Sequence[int], alignment: int
) -> tuple[int, ...]:
    """Try every aligned offset, comparing sets of (byte, step)."""
    offsets = [0] * len(blocks)
    taken: set[tuple[int, int]] = set()
    for index in order:
        cells = {
            (byte, step)
            for piece in blocks[index].pieces
            for byte in range(piece.offset, piece.offset + piece.size)
            for step in range(piece.first, piece.last + 1)
        }
        offset = 0
        while any((byte + offset, step) in taken for byte, step in cells):
            offset += alignment
        offsets[index] = offset
        taken |= {(byte + offset, step) for byte, step in cells}
    return tuple(offsets)


@pytest.mark.parametrize(
    ("rows", "greedy", "best", "peak"),
    [case[1:] for case in TABLES],
    ids=[case[0] for case in TABLES],
)
def test_tables(rows: list[Row], greedy: int, best: int, peak: int) -> None:
    blocks = buffers(rows)
    by_size, planned = greedy_by_size(blocks, 4), plan(blocks, 4, effort=500)
    check_placement(blocks, by_size, 4)
    check_placement(blocks, planned, 4)
    assert (by_size.arena_bytes, planned.arena_bytes) == (greedy, best)
    assert peak_live_bytes(blocks, 4) == peak


@pytest.mark.parametrize("alignment", [1, 4, 16])
@pytest.mark.parametrize("max_pieces", [1, 4])
def test_random_blocks_never_collide(alignment: int, max_pieces: int) -> None:
    rng = random.Random(alignment * 100 + max_pieces)
    for count in range(12):
        blocks = random_blocks(rng, count, max_pieces)
        by_size = greedy_by_size(blocks, alignment)
        planned = plan(blocks, alignment, effort=300)
        check_placement(blocks, by_size, alignment)
        check_placement(blocks, planned, alignment)
        assert planned.arena_bytes <= by_size.arena_bytes


@pytest.mark.parametrize("alignment", [1, 4, 6])
@pytest.mark.parametrize("max_pieces", [1, 4])
def test_place_in_order_is_the_first_fit(alignment: int, max_pieces: int) -> None:
    rng = random.Random(alignment * 100 + max_pieces)
    for count in range(1, 12):
        blocks = random_blocks(rng, count, max_pieces)
        order = rng.sample(range(count), count)
        expected = naive_first_fit(blocks, order, alignment)
        assert place_in_order(blocks, order, alignment) == expected


@pytest.mark.parametrize("max_pieces", [1, 4])
def test_peak_counts_shared_bytes_once(max_pieces: int) -> None:
    rng = random.Random(max_pieces)
    for count in range(12):
        blocks = random_blocks(rng, count, max_pieces)
        assert peak_live_bytes(blocks, 1) == live_bytes_by_counting(blocks)


def test_peak_at_odd_offsets_is_a_bound() -> None:
    """Two pieces of one unit, the second at an odd offset: they share the unit."""
    blocks = [
        Block(3, (Piece(0, 3, 0, 0),)),
        Block(4, (Piece(3, 1, 0, 0),)),
    ]
    assert peak_live_bytes(blocks, 4) == 4
    assert plan(blocks, 4).arena_bytes == 4


def test_arena_holds_bytes_that_are_never_alive() -> None:
    blocks = [Block(40, ()), Block(64, (Piece(8, 8, 0, 0),))]
    assert (peak_live_bytes(blocks, 4), lower_bound_bytes(blocks, 4)) == (8, 64)
    assert plan(blocks, 4).arena_bytes == 64


def test_plan_is_the_best_of_all_orders() -> None:
    """Pushed down, the best placement of plain buffers is a first fit in some order."""
    rng = random.Random(5)
    for _ in range(8):
        blocks = random_blocks(rng, 6)
        best = min(
            check(blocks, place_in_order(blocks, order, 4), 4)
            for order in permutations(range(6))
        )
        assert plan(blocks, 4, effort=500).arena_bytes <= best


def test_pieces_that_never_meet_share_bytes() -> None:
    """Two frames, one filled while the other dies, lie on the same bytes."""
    dying = frame(rows=8, row_bytes=8)
    growing = Block(64, tuple(Piece(8 * y, 8, y + 1, 20) for y in range(8)))
    placement = plan([dying, growing], 4)
    check_placement([dying, growing], placement, 4)
    assert placement.arena_bytes == 64


def test_a_mirrored_order_helps_beside_a_dying_frame() -> None:
    """The rows that die first must lie beside what grows, not at the far end."""
    blocks = [frame(8, 32), *buffers([(160, 6, 6), (192, 5, 5), (160, 4, 5)])]
    conflicts = find_conflicts(blocks, 4)
    upright = min(
        conflicts.top(place(conflicts, order, best_fit=best_fit)) * conflicts.unit
        for order in all_orders(blocks, conflicts).values()
        for best_fit in (False, True)
    )
    placement = plan(blocks, 4, effort=0)
    check_placement(blocks, placement, 4)
    assert (placement.arena_bytes, upright) == (448, 608)
    assert placement.strategy == "first fit by size, mirrored"
    assert lower_bound_bytes(blocks, 4) == 448


def test_the_bound_can_be_out_of_reach() -> None:
    """Of two rows 4 bytes apart and a buffer of 8 nothing fits between."""
    comb = Block(12, (Piece(0, 4, 0, 0), Piece(8, 4, 0, 0)))
    blocks = [comb, *buffers([(8, 0, 0)])]
    placement = plan(blocks, 4)
    check_placement(blocks, placement, 4)
    assert (placement.arena_bytes, lower_bound_bytes(blocks, 4)) == (20, 16)


@pytest.mark.parametrize(("layers", "rows"), [(5, 24), (20, 60)])
def test_line_buffers_pack_tightly(layers: int, rows: int) -> None:
    blocks = line_buffers(layers, rows)
    bound = lower_bound_bytes(blocks, 4)
    planned = plan(blocks, 4)
    check_placement(blocks, planned, 4)
    assert planned.arena_bytes <= 1.05 * bound
    assert greedy_by_size(blocks, 4).arena_bytes > 1.1 * bound


def test_wide_positions_give_the_same_plan(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sorting in 16 bits is only faster."""
    blocks = line_buffers(5, 24)
    short = plan(blocks, 4, effort=2000)
    monkeypatch.setattr(eviction, "SHORT", 0)
    assert plan(blocks, 4, effort=2000) == short
    assert short.strategy == "eviction"


def test_effort_buys_bytes() -> None:
    blocks = line_buffers(5, 24)
    lazy, busy = plan(blocks, 4, effort=0), plan(blocks, 4, effort=4000)
    assert busy.arena_bytes < lazy.arena_bytes
    assert busy.strategy == "eviction"
    assert "fit by" in lazy.strategy


def test_same_plan_in_every_process() -> None:
    program = (
        "from tests.test_arena_planners import *\n"
        "blocks = line_buffers(6, 24) + [frame(24, 36, 5)]\n"
        "print(plan(blocks, 4, effort=1500))"
    )
    printed = {
        subprocess.run(
            [sys.executable, "-c", program],
            cwd=Path(__file__).parents[1],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("0", "1", "4242")
    }
    assert len(printed) == 1
    assert "arena_bytes" in printed.pop()


def test_wrong_input_is_refused() -> None:
    block = Block(8, (Piece(0, 8, 0, 1),))
    with pytest.raises(ValueError, match="first <= last"):
        Piece(0, 8, 2, 1)
    with pytest.raises(ValueError, match="offset and size >= 0"):
        Piece(-1, 8, 0, 1)
    with pytest.raises(ValueError, match="size >= 0"):
        Block(-8, ())
    with pytest.raises(ValueError, match="leaves its block of 8 bytes"):
        Block(8, (Piece(4, 8, 0, 1),))
    with pytest.raises(ValueError, match="alignment must be at least 1"):
        plan([block], 0)
    with pytest.raises(ValueError, match="alignment must be at least 1"):
        peak_live_bytes([block], -4)
    with pytest.raises(ValueError, match="effort must be at least 0"):
        plan([block], 4, effort=-1)
    with pytest.raises(ValueError, match="each of 2 blocks once"):
        place_in_order([block, block], [0, 0], 4)
