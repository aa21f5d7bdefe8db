"""The exact solver against all placements; skipped where OR-Tools is missing."""

from __future__ import annotations

import random
import sys

import pytest
from support_unit import LoweredText, transformed
from test_arena_overlaps import (
    TABLES,
    Overlap,
    Row,
    buffers,
    check,
    permissions,
    random_problem,
    smallest_arena,
)
from test_arena_planners import line_buffers
from xdsl.utils.exceptions import PassFailedException

from lowering.arena import exact
from lowering.arena.blocks import Block, Permission, Piece
from lowering.arena.bounds import lower_bound_bytes
from lowering.arena.conflicts import find_conflicts
from lowering.arena.distance_model import lowest_top
from lowering.arena.exact import plan_exactly
from lowering.arena.plan import plan


@pytest.fixture
def solver() -> None:
    pytest.importorskip(
        "ortools", reason="OR-Tools is not installed: pip install 'tinyts[exact]'"
    )


@pytest.mark.usefixtures("solver")
@pytest.mark.parametrize(
    ("rows", "overlaps", "alignment", "arena"),
    [(case[1], case[2], case[3], case[5]) for case in TABLES],
    ids=[case[0] for case in TABLES],
)
def test_tables(
    rows: list[Row], overlaps: list[Overlap], alignment: int, arena: int
) -> None:
    """Every arena of the tables is proven, also above the bound of live bytes."""
    blocks, permitted = buffers(rows), permissions(overlaps)
    placement = plan_exactly(blocks, alignment, permitted, effort=0)
    assert check(blocks, placement.offsets, alignment, permitted) == arena
    bound = lower_bound_bytes(blocks, alignment, permitted)
    assert max(bound, placement.lower_bound) == arena == placement.arena_bytes


@pytest.mark.usefixtures("solver")
@pytest.mark.parametrize("alignment", [1, 4])
@pytest.mark.parametrize("max_pieces", [1, 3])
def test_all_placements_find_no_lower_one(alignment: int, max_pieces: int) -> None:
    rng = random.Random(20 * alignment + max_pieces)
    for _ in range(30):
        blocks, overlaps = random_problem(rng, 3, 4 * alignment, 4, max_pieces)
        placement = plan_exactly(blocks, alignment, overlaps, effort=0)
        arena = check(blocks, placement.offsets, alignment, overlaps)
        assert arena == placement.arena_bytes
        assert arena == smallest_arena(blocks, alignment, overlaps, arena)
        bound = lower_bound_bytes(blocks, alignment, overlaps)
        assert max(bound, placement.lower_bound) == arena


@pytest.mark.usefixtures("solver")
def test_no_lower_placement_than_the_lowest() -> None:
    rng = random.Random(3)
    for _ in range(20):
        blocks, overlaps = random_problem(rng, 7, 40, 6, 2)
        conflicts = find_conflicts(blocks, 4, overlaps)
        most = sum(conflicts.sizes.tolist()) * 2
        bound, offsets = lowest_top(conflicts, 0, most, 20)
        assert offsets is not None
        assert conflicts.top(offsets) == bound
        lowest = tuple((offsets * conflicts.unit).tolist())
        assert check(blocks, lowest, 4, overlaps) == bound * conflicts.unit
        assert lowest_top(conflicts, 0, bound - 1, 20) == (bound, None)


@pytest.mark.usefixtures("solver")
def test_the_binding_blocks_are_solved_and_the_others_follow(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """More blocks than are solved; first fit alone is far above the bound."""
    monkeypatch.setattr(exact, "DETERMINISTIC_TIME", 2)
    blocks = line_buffers(5, 24)
    assert len(blocks) > exact.MOST_BLOCKS
    lazy = plan(blocks, 4, effort=0)
    placement = plan_exactly(blocks, 4, effort=0)
    assert placement.arena_bytes < lazy.arena_bytes
    assert check(blocks, placement.offsets, 4, []) == placement.arena_bytes
    assert lower_bound_bytes(blocks, 4) <= placement.lower_bound
    assert placement.lower_bound <= placement.arena_bytes
    assert placement.strategy == "exact"
    assert plan_exactly(blocks, 4, effort=0) == placement


@pytest.mark.usefixtures("solver")
def test_what_lives_at_once_may_be_too_much_to_solve() -> None:
    blocks = [Block(4, (Piece(0, 4, 0, 0),))] * 30
    blocks += [Block(6, (Piece(0, 2, 0, 0), Piece(4, 2, 0, 0)))] * 31
    placement = plan_exactly(blocks, 1, effort=10)
    assert placement == plan(blocks, 1, effort=10)
    assert placement.lower_bound == 0


@pytest.mark.usefixtures("solver")
def test_a_time_that_is_over_proves_nothing() -> None:
    blocks = line_buffers(5, 24)[:50]
    conflicts = find_conflicts(blocks, 4, [Permission(1, 0, 4)])
    bound, offsets = lowest_top(conflicts, 3, int(conflicts.sizes.sum()), 1e-9)
    assert bound == 3 or offsets is not None
    assert lowest_top(conflicts, 0, int(conflicts.sizes.max()) - 1, 1) == (
        int(conflicts.sizes.max()),
        None,
    )


def one_call() -> LoweredText:
    text = LoweredText()
    text.tensor("a", 1)
    text.call(("a", 0, 1))
    return text


@pytest.mark.usefixtures("solver")
def test_the_pass_says_what_is_proven() -> None:
    """Two rows that die at one end and a buffer of both: nothing fits between them."""
    text = LoweredText()
    text.tensor("x", 3, port="input")
    text.tensor("y", 1, port="output", external=True)
    text.buffer("b", 2)
    text.table("a", 2, ("b", 0))
    text.call(("y", 0, 1), ("x", 1, 2))
    text.call(("a", 0, 2), ("x", 0, 1))
    text.call(("y", 0, 1), ("a", 0, 2), ("x", 2, 3))
    text.call(("y", 0, 1), ("x", 0, 1))
    plans = {}
    for strategy in ("best", "exact"):
        module = transformed(
            text.module(), f"plan-arena{{strategy={strategy}}},verify-arena"
        )
        plans[strategy] = str(next(iter(module.body.block.ops)))
    for strategy, bound, proven in (("best", 16, "false"), ("exact", 20, "true")):
        assert "bytes = 20 :" in plans[strategy]
        assert "peak_live_bytes = 16 :" in plans[strategy]
        assert f"lower_bound_bytes = {bound} :" in plans[strategy]
        assert f"proven_optimal = {proven}" in plans[strategy]


def test_without_the_solver(monkeypatch: pytest.MonkeyPatch) -> None:
    """`exact` says what is missing, the others do without."""
    monkeypatch.setitem(sys.modules, "ortools", None)
    monkeypatch.setitem(sys.modules, "ortools.sat.python", None)
    with pytest.raises(PassFailedException) as caught:
        transformed(one_call().module(), "plan-arena{strategy=exact}")
    assert str(caught.value) == (
        "plan-arena: strategy 'exact': OR-Tools is not installed; "
        "pip install 'tinyts[exact]', or use strategy=best"
    )
    transformed(one_call().module(), "plan-arena")


def test_the_best_plan_never_asks_the_solver(monkeypatch: pytest.MonkeyPatch) -> None:
    blocks = line_buffers(5, 8)
    expected = plan(blocks, 4, effort=100)
    monkeypatch.setitem(sys.modules, "ortools", None)
    assert plan(blocks, 4, effort=100) == expected
