"""The planner: the best of all strategies, always the same on the same blocks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lowering.arena.blocks import (
    Block,
    Permission,
    Placement,
    check_alignment,
    check_permissions,
    units,
)
from lowering.arena.bounds import lower_bound_bytes
from lowering.arena.conflicts import Conflicts, Ints, find_conflicts
from lowering.arena.eviction import Evictor
from lowering.arena.first_fit import UNPLACED, place
from lowering.arena.orders import all_orders

EFFORT = 30_000
"""Steps of the eviction search by default, about 20 microseconds each."""

EFFORT_PER_BLOCK = 200
"""The default where it is less: a few blocks are soon as low as they get."""

PATIENCE = 2_000
"""Steps after which the first searches for a given capacity give up."""

BOLD, TIMID = 3, 6
"""Right shifts: the first cut is an eighth of what is above the bound."""


@dataclass(frozen=True)
class _Found:
    """A placement in units, its height and the strategy that found it."""

    offsets: Ints
    top: int
    strategy: str


def plan(
    blocks: Sequence[Block],
    alignment: int,
    effort: int | None = None,
    overlaps: Sequence[Permission] = (),
) -> Placement:
    """The smallest arena that any strategy finds for the blocks.

    Offsets are multiples of `alignment` bytes. Blocks share no byte at the same step,
    except where `overlaps` permit it. The blocks are placed by first fit and by best
    fit in several orders; then the eviction search lowers the best of these in at most
    `effort` steps: counted, so that every machine finds the same. Stops as soon as the
    arena meets its lower bound. Raises ValueError if `alignment` is not positive,
    `effort` is negative, or a permission names no block.
    """
    check_alignment(alignment)
    check_permissions(blocks, overlaps)
    if effort is None:
        effort = min(EFFORT, EFFORT_PER_BLOCK * len(blocks))
    if effort < 0:
        raise ValueError(f"the effort must be at least 0 steps, got {effort}")
    conflicts = find_conflicts(blocks, alignment, overlaps)
    bound = units(lower_bound_bytes(blocks, alignment, overlaps), conflicts.unit)
    mirrors = bool(overlaps) or any(len(block.pieces) > 1 for block in blocks)
    found = _first_placement(blocks, conflicts, bound, mirrors)
    found = _lowered(conflicts, found, bound, effort)
    return Placement(
        tuple((found.offsets * conflicts.unit).tolist()),
        found.top * conflicts.unit,
        found.strategy,
    )


def _first_placement(
    blocks: Sequence[Block], conflicts: Conflicts, bound: int, mirrors: bool
) -> _Found:
    """The best of one placement per order, kind of fit and direction of addresses.

    With `mirrors` addresses are counted from the other end as well. That differs for
    blocks with several pieces, where the first rows of an input frame, that die first,
    come to lie beside the other blocks, and for permitted overlaps.
    """
    directions = {"": conflicts}
    if mirrors:
        directions[", mirrored"] = conflicts.mirrored()
    best = _Found(conflicts.sizes * 0, UNPLACED, "")
    for order_name, order in all_orders(blocks, conflicts).items():
        for direction, problem in directions.items():
            for best_fit in (False, True):
                offsets = place(problem, order, best_fit=best_fit, limit=best.top - 1)
                top = conflicts.top(offsets)
                if top >= best.top:
                    continue
                if direction:
                    offsets = top - offsets - conflicts.sizes
                fit = "best fit" if best_fit else "first fit"
                best = _Found(offsets, top, f"{fit} by {order_name}{direction}")
                if top <= bound:
                    return best
    return best


def _lowered(conflicts: Conflicts, found: _Found, bound: int, effort: int) -> _Found:
    """Search below the placement found, in cuts of a fraction of what is above `bound`.

    A success makes the next cut bolder. A failure makes it more timid, and the search
    goes on from where it failed; when the most timid cut has failed, it starts over
    with twice the patience.
    """
    evictor = Evictor(conflicts)
    shift, patience = BOLD, PATIENCE
    offsets = found.offsets
    while found.top > bound and effort > 0:
        cut = max(1, (found.top - bound) >> shift)
        attempt = evictor.search(offsets, found.top - cut, min(patience, effort))
        effort -= attempt.steps
        offsets = attempt.offsets
        if attempt.succeeded:
            found = _Found(offsets, conflicts.top(offsets), "eviction")
            shift = max(0, shift - 1)
        elif cut == 1 or shift >= TIMID:
            offsets = found.offsets
            shift, patience = BOLD, 2 * patience
        else:
            shift += 2
    return found
