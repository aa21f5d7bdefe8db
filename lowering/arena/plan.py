"""The planner: the best of all strategies, always the same on the same blocks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from random import Random

from lowering.arena.blocks import Block, Placement, lower_bound_bytes
from lowering.arena.conflicts import Conflicts, Ints, find_conflicts
from lowering.arena.eviction import Evictor
from lowering.arena.first_fit import place
from lowering.arena.orders import all_orders

DEFAULT_EFFORT = 24000
"""Moves of the search that follows the fits: about a second for 2,000 blocks."""

ATTEMPT_SHARE = 8
"""A single capacity gets at most this fraction of the effort."""

LOW_PERCENT = 70
"""How often the search puts a block at the low end of its room."""

SEED = 2024


def plan(
    blocks: Sequence[Block], alignment: int, effort: int = DEFAULT_EFFORT
) -> Placement:
    """The smallest arena of first and best fits by several orders, then of a search.

    Stops as soon as the lower bound is met. `effort` counts moves of the search, so
    that the result does not depend on the speed of the machine.
    """
    conflicts = find_conflicts(blocks, alignment)
    bound = -(-lower_bound_bytes(blocks, alignment) // conflicts.unit)
    best, strategy = _best_fit(blocks, conflicts, bound)
    if conflicts.top(best) > bound:
        improved = _search(conflicts, best, bound, effort)
        if conflicts.top(improved) < conflicts.top(best):
            best, strategy = improved, f"{strategy}, then eviction"
    return Placement(
        tuple((best * conflicts.unit).tolist()),
        conflicts.top(best) * conflicts.unit,
        strategy,
    )


def _best_fit(
    blocks: Sequence[Block], conflicts: Conflicts, bound: int
) -> tuple[Ints, str]:
    """The lowest placement of all fits, and the name of the fit."""
    best: Ints | None = None
    strategy = ""
    for offsets, name in _fits(blocks, conflicts):
        if best is None or conflicts.top(offsets) < conflicts.top(best):
            best, strategy = offsets, name
        if conflicts.top(best) <= bound:
            break
    if best is None:
        raise ValueError("there is no order to place blocks in")
    return best, strategy


def _fits(
    blocks: Sequence[Block], conflicts: Conflicts
) -> Iterator[tuple[Ints, str]]:
    mirrored = conflicts.mirrored()
    for name, order in all_orders(blocks, conflicts).items():
        for best_fit in (False, True):
            fit = f"{'best' if best_fit else 'first'} fit by {name}"
            yield place(conflicts, order, best_fit=best_fit), fit
            flipped = place(mirrored, order, best_fit=best_fit)
            top = mirrored.top(flipped)
            yield top - flipped - conflicts.sizes, f"{fit} from the end"


def _search(conflicts: Conflicts, start: Ints, bound: int, effort: int) -> Ints:
    """Halves the distance to the bound as long as the search finds a placement."""
    random = Random(SEED)
    evictor = Evictor(conflicts, random)
    rank = evictor.pressure.tolist()
    best = start
    lowest = bound
    remaining = effort
    while remaining > 0 and lowest < conflicts.top(best):
        capacity = (lowest + conflicts.top(best)) // 2
        steps = min(remaining, max(1, effort // ATTEMPT_SHARE))
        attempt = evictor.search(best.copy(), capacity, steps, rank, LOW_PERCENT)
        remaining -= max(1, attempt.steps)
        if attempt.succeeded:
            best = attempt.offsets
        elif capacity + 1 < conflicts.top(best):
            lowest = capacity + 1
        else:
            lowest = bound  # try again, from the bound, with other random choices
    return best
