"""Permitted overlaps: planners and bounds against brute force on bytes and steps."""

from __future__ import annotations

import random
from collections.abc import Sequence
from itertools import product

import pytest

from lowering.arena.blocks import Block, Permission, Piece
from lowering.arena.bounds import lower_bound_bytes, peak, peak_live_bytes
from lowering.arena.conflicts import Conflicts, find_conflicts
from lowering.arena.first_fit import greedy_by_size, place_in_order
from lowering.arena.plan import plan

Row = tuple[int, int, int]
Overlap = tuple[int, int, int | None]

SAME = None

# Buffers as (start, end, size), end included; overlaps as (writer, reader, trail); the
# alignment, the bound and the smallest arena.
TABLES: list[tuple[str, list[Row], list[Overlap], int, int, int]] = [
    ("nothing is permitted", [(0, 1, 8), (1, 2, 8)], [], 4, 16, 16),
    ("trail 0 is in place", [(0, 1, 8), (1, 2, 8)], [(1, 0, 0)], 4, 8, 8),
    ("same is in place", [(0, 1, 8), (1, 2, 8)], [(1, 0, SAME)], 4, 8, 8),
    ("trail", [(0, 1, 16), (1, 2, 16)], [(1, 0, 4)], 4, 20, 20),
    ("trail is rounded up", [(0, 1, 16), (1, 2, 16)], [(1, 0, 5)], 4, 24, 24),
    ("trail beyond the writer", [(0, 1, 8), (1, 2, 4)], [(1, 0, 12)], 4, 12, 12),
    (
        "a large writer hides the trail",
        [(0, 1, 8), (1, 2, 32)],
        [(1, 0, 16)],
        4,
        32,
        32,
    ),
    ("a small writer", [(0, 1, 32), (1, 2, 8)], [(1, 0, 4)], 4, 36, 36),
    ("a small writer, same", [(0, 1, 32), (1, 2, 8)], [(1, 0, SAME)], 4, 32, 32),
    ("odd sizes, same", [(0, 1, 5), (1, 2, 7)], [(1, 0, SAME)], 4, 8, 8),
    ("the reader lives on", [(0, 2, 8), (1, 2, 8)], [(1, 0, 0)], 4, 16, 16),
    ("the writer was there", [(0, 1, 8), (0, 2, 8)], [(1, 0, 0)], 4, 16, 16),
    ("not the other way round", [(0, 1, 8), (1, 2, 8)], [(0, 1, 0)], 4, 16, 16),
    ("alternatives", [(0, 1, 8), (1, 2, 8)], [(1, 0, 8), (1, 0, SAME)], 4, 8, 8),
    ("the shorter trail", [(0, 1, 8), (1, 2, 8)], [(1, 0, 8), (1, 0, 4)], 4, 12, 12),
    (
        "a chain of rows creeps down",
        [(0, 1, 16), (1, 2, 16), (2, 3, 16), (3, 4, 16)],
        [(1, 0, 4), (2, 1, 4), (3, 2, 4)],
        4,
        20,
        28,
    ),
    (
        "a chain of rows of 12, 8, 16 over each other",
        [(0, 1, 12), (1, 2, 8), (2, 3, 16)],
        [(1, 0, 0), (2, 1, SAME)],
        1,
        16,
        16,
    ),
    (
        "one writer over two readers",
        [(0, 1, 8), (0, 1, 8), (1, 2, 16)],
        [(2, 0, 0), (2, 1, 8)],
        4,
        16,
        16,
    ),
    (
        "two writers over one reader",
        [(0, 1, 16), (1, 2, 8), (1, 2, 8)],
        [(1, 0, 0), (2, 0, 4)],
        4,
        20,
        24,
    ),
]


def buffers(rows: Sequence[Row]) -> list[Block]:
    return [Block(size, (Piece(0, size, start, end),)) for start, end, size in rows]


def permissions(overlaps: Sequence[Overlap]) -> list[Permission]:
    return [Permission(*item) for item in overlaps]


def first_clash(
    blocks: Sequence[Block], offsets: Sequence[int], overlaps: Sequence[Permission]
) -> tuple[int, int] | None:
    """Two blocks with a byte in common at a step at which no permission covers it."""
    cells: dict[tuple[int, int], list[tuple[int, Piece]]] = {}
    for index, block in enumerate(blocks):
        for piece in block.pieces:
            for byte in range(piece.offset, piece.offset + piece.size):
                for step in range(piece.first, piece.last + 1):
                    users = cells.setdefault((offsets[index] + byte, step), [])
                    for other, there in users:
                        if index == other:
                            continue
                        pair = (index, piece), (other, there)
                        if not may_meet(*pair, blocks, offsets, overlaps):
                            return other, index
                    users.append((index, piece))
    return None


def may_meet(
    first: tuple[int, Piece],
    second: tuple[int, Piece],
    blocks: Sequence[Block],
    offsets: Sequence[int],
    overlaps: Sequence[Permission],
) -> bool:
    """Whether a permission covers two pieces: at the step that begins the writer."""
    pieces = dict((first, second))
    for item in overlaps:
        if {item.writer, item.reader} != set(pieces):
            continue
        writer, reader = pieces[item.writer], pieces[item.reader]
        birth = min(piece.first for piece in blocks[item.writer].pieces)
        below = offsets[item.reader] - offsets[item.writer]
        close = below == 0 if item.trail is None else below >= item.trail
        if birth == writer.first == reader.last and close:
            return True
    return False


def check(
    blocks: Sequence[Block],
    offsets: Sequence[int],
    alignment: int,
    overlaps: Sequence[Permission],
) -> int:
    """The arena that a legal placement needs; fails if it is not one."""
    assert len(offsets) == len(blocks)
    assert all(offset >= 0 and offset % alignment == 0 for offset in offsets)
    assert first_clash(blocks, offsets, overlaps) is None
    top = max((o + b.size for o, b in zip(offsets, blocks, strict=True)), default=0)
    return -(-top // alignment) * alignment


def smallest_arena(
    blocks: Sequence[Block], alignment: int, overlaps: Sequence[Permission], most: int
) -> int:
    """The best of all placements in `most` bytes, one by one."""
    ranges = [range(0, most - block.size + 1, alignment) for block in blocks]
    best = most + 1
    for offsets in product(*ranges):
        top = max((o + b.size for o, b in zip(offsets, blocks, strict=True)), default=0)
        arena = -(-top // alignment) * alignment
        if arena < best and first_clash(blocks, offsets, overlaps) is None:
            best = arena
    return best


def random_problem(
    rng: random.Random, count: int, max_size: int, steps: int, max_pieces: int
) -> tuple[list[Block], list[Permission]]:
    """Blocks of pieces that do not overlap, and permissions where they may be used."""
    blocks: list[Block] = []
    for _ in range(count):
        size = rng.randint(1, max_size)
        cuts = {rng.randint(0, size) for _ in range(rng.randint(1, max_pieces) - 1)}
        borders = sorted({0, size, *cuts})
        pieces: list[Piece] = []
        for start, stop in zip(borders, borders[1:], strict=False):
            first = rng.randrange(steps)
            last = min(first + rng.choice((0, 1, 1, 2, 3)), steps - 1)
            pieces.append(Piece(start, stop - start, first, last))
        blocks.append(Block(size, tuple(pieces)))
    overlaps: list[Permission] = []
    for writer, reader in product(range(count), repeat=2):
        begins = {piece.first for piece in blocks[writer].pieces}
        ends = {piece.last for piece in blocks[reader].pieces}
        if writer != reader and (begins & ends or rng.random() < 0.1):
            for _ in range(rng.choice((0, 1, 1, 2))):
                trail = rng.choice((None, 0, 1, 2, 3, 5, 8))
                overlaps.append(Permission(writer, reader, trail))
    return blocks, overlaps


@pytest.mark.parametrize(
    ("rows", "overlaps", "alignment", "bound", "arena"),
    [case[1:] for case in TABLES],
    ids=[case[0] for case in TABLES],
)
def test_tables(
    rows: list[Row], overlaps: list[Overlap], alignment: int, bound: int, arena: int
) -> None:
    blocks, permitted = buffers(rows), permissions(overlaps)
    planned = plan(blocks, alignment, 500, permitted)
    assert check(blocks, planned.offsets, alignment, permitted) == planned.arena_bytes
    assert planned.arena_bytes == arena
    assert smallest_arena(blocks, alignment, permitted, arena) == arena
    assert lower_bound_bytes(blocks, alignment, permitted) == bound


@pytest.mark.parametrize("alignment", [1, 4])
@pytest.mark.parametrize("max_pieces", [1, 3])
def test_bounds_and_plans_against_all_placements(
    alignment: int, max_pieces: int
) -> None:
    rng = random.Random(10 * alignment + max_pieces)
    reached = 0
    for _ in range(60):
        blocks, overlaps = random_problem(rng, 3, 4 * alignment, 4, max_pieces)
        planned = plan(blocks, alignment, 400, overlaps)
        arena = check(blocks, planned.offsets, alignment, overlaps)
        assert arena == planned.arena_bytes
        best = smallest_arena(blocks, alignment, overlaps, arena)
        assert lower_bound_bytes(blocks, alignment, overlaps) <= best <= arena
        reached += best == arena
    assert reached >= 57


@pytest.mark.parametrize("alignment", [1, 4, 16])
@pytest.mark.parametrize("max_pieces", [1, 4])
def test_random_problems_are_placed_legally(alignment: int, max_pieces: int) -> None:
    rng = random.Random(100 * alignment + max_pieces)
    for count in range(2, 16):
        blocks, overlaps = random_problem(rng, count, 24, 8, max_pieces)
        bound = lower_bound_bytes(blocks, alignment, overlaps)
        by_size = greedy_by_size(blocks, alignment, overlaps)
        planned = plan(blocks, alignment, 300, overlaps)
        for placement in (by_size, planned):
            arena = check(blocks, placement.offsets, alignment, overlaps)
            assert bound <= arena == placement.arena_bytes
        assert planned.arena_bytes <= by_size.arena_bytes
        assert bound <= lower_bound_bytes(blocks, alignment)


def distances_that_clash(
    conflicts: Conflicts, block: int, other: int, reach: int
) -> set[int]:
    """Distances, in units, that the intervals of a pair forbid."""
    mine = conflicts.others[block] == other
    limits = list(
        zip(conflicts.low[block][mine], conflicts.high[block][mine], strict=True)
    )
    return {
        distance
        for distance in range(-reach, reach + 1)
        if any(low < distance < high for low, high in limits)
    }


@pytest.mark.parametrize("alignment", [1, 4, 6])
@pytest.mark.parametrize("max_pieces", [1, 3])
def test_intervals_are_what_brute_force_forbids(
    alignment: int, max_pieces: int
) -> None:
    """Every distance of two blocks, in the plain and in the mirrored problem."""
    rng = random.Random(1000 * alignment + max_pieces)
    for _ in range(150):
        blocks, overlaps = random_problem(rng, 2, 14, 3, max_pieces)
        conflicts = find_conflicts(blocks, alignment, overlaps)
        unit, reach = conflicts.unit, 40 // conflicts.unit
        expected = {
            distance
            for distance in range(-reach, reach + 1)
            if first_clash(blocks, [(reach + distance) * unit, reach * unit], overlaps)
        }
        assert distances_that_clash(conflicts, 0, 1, reach) == expected
        negated = {-distance for distance in expected}
        assert distances_that_clash(conflicts, 1, 0, reach) == negated
        mirrored = conflicts.mirrored()
        growth = int(conflicts.sizes[1] - conflicts.sizes[0])
        turned = {growth - distance for distance in expected}
        inner = set(range(-reach + abs(growth), reach - abs(growth) + 1))
        found = distances_that_clash(mirrored, 0, 1, reach)
        assert found & inner == turned & inner


def test_the_peak_names_its_step() -> None:
    blocks = buffers([(0, 5, 8), (5, 7, 16), (7, 9, 4)])
    assert peak(blocks, 4) == (24, 5)
    assert peak(blocks, 4, [Permission(1, 0, 0)]) == (20, 7)
    assert peak([], 4) == (0, 0)


def test_several_readers_save_no_more_than_the_writer_has() -> None:
    blocks = buffers([(0, 1, 8), (0, 1, 8), (0, 1, 8), (1, 1, 12)])
    overlaps = [Permission(3, reader, 0) for reader in range(3)]
    assert peak_live_bytes(blocks, 4, overlaps) == 24


def test_several_writers_save_no_more_than_the_reader_has() -> None:
    blocks = buffers([(0, 1, 12), (1, 2, 8), (1, 2, 8), (1, 2, 8)])
    overlaps = [Permission(writer, 0, 0) for writer in (1, 2, 3)]
    assert peak_live_bytes(blocks, 4, overlaps) == 24


def test_only_the_rows_that_die_make_room() -> None:
    """Row 0 of two dies as the writer begins: it may lie on row 0, not on row 1."""
    reader = Block(16, (Piece(0, 8, 0, 1), Piece(8, 8, 0, 2)))
    blocks = [reader, *buffers([(1, 2, 8)])]
    overlaps = [Permission(1, 0, 4)]
    assert place_in_order(blocks, [0, 1], 4) == (0, 16)
    assert place_in_order(blocks, [0, 1], 4, overlaps) == (0, 16)
    planned = plan(blocks, 4, overlaps=overlaps)
    assert check(blocks, planned.offsets, 4, overlaps) == 20
    assert lower_bound_bytes(blocks, 4, overlaps) == 20


def test_wrong_permissions_are_refused() -> None:
    blocks = buffers([(0, 1, 8), (1, 2, 8)])
    with pytest.raises(ValueError, match="needs a trail >= 0"):
        Permission(0, 1, -4)
    with pytest.raises(ValueError, match="needs two blocks"):
        Permission(1, 1, 0)
    for item in (Permission(2, 0, 0), Permission(0, -1, None)):
        with pytest.raises(ValueError, match="names none of 2 blocks"):
            plan(blocks, 4, overlaps=[item])
        with pytest.raises(ValueError, match="names none of 2 blocks"):
            place_in_order(blocks, [0, 1], 4, [item])
