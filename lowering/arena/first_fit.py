"""Placing blocks one after another, each in a gap that the earlier ones leave."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from lowering.arena.blocks import (
    Block,
    Permission,
    Placement,
    check_alignment,
    check_permissions,
)
from lowering.arena.conflicts import Conflicts, Ints, find_conflicts
from lowering.arena.orders import by_size

UNPLACED = 1 << 40
"""Offset, in units, of a block without a place: no gap reaches that far."""


def place_in_order(
    blocks: Sequence[Block],
    order: Sequence[int],
    alignment: int,
    overlaps: Sequence[Permission] = (),
) -> tuple[int, ...]:
    """First fit: the byte offset of every block, in the blocks' order.

    Each block of `order` gets the lowest multiple of `alignment` at which no piece
    collides with a placed piece alive at the same time, except where `overlaps` permit
    it. Raises ValueError if `order` does not name every block once.
    """
    check_alignment(alignment)
    check_permissions(blocks, overlaps)
    if sorted(order) != list(range(len(blocks))):
        raise ValueError(f"the order must name each of {len(blocks)} blocks once")
    conflicts = find_conflicts(blocks, alignment, overlaps)
    offsets = place(conflicts, np.array(order, np.int64))
    return tuple((offsets * conflicts.unit).tolist())


def greedy_by_size(
    blocks: Sequence[Block], alignment: int, overlaps: Sequence[Permission] = ()
) -> Placement:
    """First fit by decreasing size: the planner of TFLite Micro."""
    order = by_size(blocks).tolist()
    offsets = place_in_order(blocks, order, alignment, overlaps)
    ends = [offset + b.size for offset, b in zip(offsets, blocks, strict=True)]
    top = max(ends, default=0)
    return Placement(offsets, -(-top // alignment) * alignment, "first fit by size")


def place(
    conflicts: Conflicts, order: Ints, *, best_fit: bool = False, limit: int = UNPLACED
) -> Ints:
    """Offsets in units: each block of `order` in its lowest gap, or in its tightest.

    Gives up at the first block that ends above `limit` units: it and all later blocks
    stay `UNPLACED`.
    """
    offsets = np.full(len(conflicts.sizes), UNPLACED, np.int64)
    sizes = conflicts.sizes.tolist()
    for block in order.tolist():
        starts, slack = _gaps(conflicts, offsets, block)
        if best_fit:
            gap = np.where(slack < 0, UNPLACED, slack).argmin()
        else:
            gap = (slack >= 0).argmax()
        start = int(starts[gap])
        if start + sizes[block] > limit:
            break
        offsets[block] = start
    return offsets


def _gaps(conflicts: Conflicts, offsets: Ints, block: int) -> tuple[Ints, Ints]:
    """Where a block may lie: the start of each gap, and the units that it leaves over.

    It fits where these are not negative, at least in the last gap.
    """
    others = offsets.take(conflicts.others[block])
    placed = others < UNPLACED
    low = (others + conflicts.low[block])[placed]
    order = low.argsort(kind="stable")
    reach = np.empty(len(low) + 1, np.int64)
    reach[0] = 0
    reach[1:] = (others + conflicts.high[block])[placed].take(order)
    np.maximum.accumulate(reach, out=reach)
    slack = np.empty(len(low) + 1, np.int64)
    slack[:-1] = low.take(order)
    slack[-1] = UNPLACED
    slack -= reach
    return reach, slack
