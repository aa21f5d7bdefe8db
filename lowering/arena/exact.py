"""Optional: OR-Tools' CP-SAT finds a lower placement, or proves that there is none.

Only the binding blocks are asked about, those that live when most bytes do: a placement
of all is no lower than one of these. One worker, a fixed seed and a limit on
deterministic time, not on seconds, so that one version of OR-Tools always answers the
same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lowering.arena.blocks import Block, Permission, Placement
from lowering.arena.bounds import live_units, lower_bound_bytes
from lowering.arena.conflicts import Ints, find_conflicts
from lowering.arena.distance_model import lowest_top, require_solver
from lowering.arena.eviction import Evictor
from lowering.arena.first_fit import UNPLACED
from lowering.arena.plan import plan

MOST_BLOCKS = 60
"""So many binding blocks are solved at most."""

DETERMINISTIC_TIME = 20.0
"""Limit of the solver, in units that a fast core does in a second."""

COMPLETION_STEPS = 4_000
"""Steps in which all other blocks must find a place beside a solution."""


@dataclass(frozen=True)
class _Answer:
    """No placement is below `bound` bytes; `offsets` are those of one, in bytes."""

    bound: int
    offsets: Ints | None


def plan_exactly(
    blocks: Sequence[Block],
    alignment: int,
    overlaps: Sequence[Permission] = (),
    effort: int | None = None,
) -> Placement:
    """The plan, lowered by the solver, or proven to be the lowest, where it can be.

    The placement's `lower_bound` is what was proven. Raises SolverMissingError without
    OR-Tools, else as `plan` does.
    """
    require_solver()
    found = plan(blocks, alignment, effort, overlaps)
    least = lower_bound_bytes(blocks, alignment, overlaps)
    binding = _binding(blocks, alignment, overlaps)
    if found.arena_bytes <= least or not len(binding):
        return found
    answer = _solve(blocks, alignment, overlaps, binding, least, found.arena_bytes - 1)
    if answer.offsets is not None:
        start = np.full(len(blocks), -1, np.int64)
        start[binding] = answer.offsets
        found = _completed(blocks, alignment, overlaps, start, found, least)
    return Placement(
        found.offsets, found.arena_bytes, found.strategy, max(least, answer.bound)
    )


def _binding(
    blocks: Sequence[Block], alignment: int, overlaps: Sequence[Permission]
) -> Ints:
    """Blocks that live at the steps with most live bytes, as many as can be solved."""
    if len(blocks) <= MOST_BLOCKS:
        return np.arange(len(blocks))
    first = np.array([min((p.first for p in b.pieces), default=1) for b in blocks])
    last = np.array([max((p.last for p in b.pieces), default=0) for b in blocks])
    steps, live = live_units(blocks, alignment, overlaps)
    chosen = np.zeros(len(blocks), bool)
    for step in steps[np.argsort(-live, kind="stable")]:
        larger = chosen | ((first <= step) & (step <= last))
        if larger.sum() > MOST_BLOCKS:
            break
        chosen = larger
    return np.flatnonzero(chosen)


def _solve(
    blocks: Sequence[Block],
    alignment: int,
    overlaps: Sequence[Permission],
    binding: Ints,
    least: int,
    most: int,
) -> _Answer:
    """What the binding blocks need, at most `most` bytes; at least `least` counts."""
    number = {int(block): position for position, block in enumerate(binding)}
    conflicts = find_conflicts(
        [blocks[block] for block in number],
        alignment,
        [
            Permission(number[item.writer], number[item.reader], item.trail)
            for item in overlaps
            if item.writer in number and item.reader in number
        ],
    )
    unit = conflicts.unit
    bound, offsets = lowest_top(
        conflicts, least // unit, most // unit, DETERMINISTIC_TIME
    )
    return _Answer(bound * unit, None if offsets is None else offsets * unit)


def _completed(
    blocks: Sequence[Block],
    alignment: int,
    overlaps: Sequence[Permission],
    start: Ints,
    found: Placement,
    least: int,
) -> Placement:
    """All blocks, lower than `found`, from those with a place in `start`, or `found`.

    First in the room that the placed blocks need, then in more and more.
    """
    conflicts = find_conflicts(blocks, alignment, overlaps)
    unit, top = conflicts.unit, found.arena_bytes // conflicts.unit
    offsets = np.where(start < 0, UNPLACED, start // unit)
    placed = start >= 0
    capacity = int((offsets + conflicts.sizes)[placed].max())
    capacity = max(capacity, -(-least // unit))
    evictor = Evictor(conflicts)
    while capacity < top:
        attempt = evictor.search(offsets, capacity, COMPLETION_STEPS)
        if attempt.succeeded:
            height = conflicts.top(attempt.offsets) * unit
            placement = tuple((attempt.offsets * unit).tolist())
            return Placement(placement, height, "exact")
        capacity += max(1, (top - capacity) // 2)
    return found
