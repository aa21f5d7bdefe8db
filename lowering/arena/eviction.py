"""Repairing a placement that is too tall: move the blocks in the way, one by one.

A search for a placement below a given capacity. Blocks that reach above it lose their
place. Then, step by step, the hardest block without a place takes the position whose
occupants weigh least, and evicts them. A block gains weight with each eviction, so
that no two blocks push each other out for ever.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from random import Random

import numpy as np

from lowering.arena.conflicts import Conflicts, Ints
from lowering.arena.first_fit import UNPLACED
from lowering.arena.orders import pressure

GROWTH = 30
"""An eviction adds so many times its size to the weight of a block."""

LOW_SHARE = 0.7
"""Share of moves to the low end of the free room; the others go to its high end."""

SEED = 0

BEYOND = 1 << 41
"""Further than the end of any block, also of one without a place."""

SHORT = 0xFFFF
"""Positions below it fit 16 bits, which NumPy sorts in linear time."""


@dataclass(frozen=True)
class Attempt:
    """Result of a search; `offsets`, in units, are complete if `succeeded`."""

    offsets: Ints
    steps: int
    succeeded: bool


class Evictor:
    """Searches on one set of blocks; the seed of its choices between equals is fixed.

    The hardest block is the one of most pressure, its size times the number of blocks
    it must avoid; that is also its weight before any eviction.
    """

    def __init__(self, conflicts: Conflicts) -> None:
        self.sizes = conflicts.sizes
        self.random = Random(SEED).random
        self.pressure = pressure(conflicts)
        # Each block gets the events of a sweep over its positions: one where each
        # forbidden interval begins, which adds the weight of its owner, one where it
        # ends, which takes it off again, and two bounds of the sweep that belong to an
        # extra block at 0 without weight.
        count = len(self.sizes)
        self.blockers = [np.append(o, count) for o in conflicts.others]
        self.owners = [np.append(o, o) for o in self.blockers]
        self.changes = [np.append(o, o + count + 1) for o in self.blockers]
        self.events = [
            np.concatenate([low + 1, [0], high, [BEYOND]])
            for low, high in zip(conflicts.low, conflicts.high, strict=True)
        ]

    def search(
        self, offsets: Ints, capacity: int, steps: int, absent: Ints | None = None
    ) -> Attempt:
        """Move blocks until none ends above `capacity`, or until `steps` are over.

        Blocks that are `absent` have no place and get none.
        """
        sizes = self.sizes.tolist()
        rank = self.pressure.tolist()
        offsets = np.append(offsets, 0)
        weights = np.concatenate([self.pressure, [0], -self.pressure, [0]])
        too_high = np.flatnonzero(offsets[:-1] + self.sizes > capacity)
        if absent is not None:
            too_high = np.setdiff1d(too_high, absent)
        offsets[too_high] = UNPLACED
        waiting = [(-rank[block], block) for block in too_high.tolist()]
        heapq.heapify(waiting)
        step = 0
        while waiting and step < steps:
            step += 1
            _, block = heapq.heappop(waiting)
            top = capacity - sizes[block]
            position, evicted = self._cheapest(block, offsets, weights, top)
            offsets[block] = position
            if evicted is not None:
                for other in evicted.tolist():
                    offsets[other] = UNPLACED
                    weights[other] += GROWTH * sizes[other]
                    weights[other + len(offsets)] -= GROWTH * sizes[other]
                    heapq.heappush(waiting, (-rank[other], other))
        return Attempt(offsets[:-1], step, not waiting)

    def _cheapest(
        self, block: int, offsets: Ints, weights: Ints, top: int
    ) -> tuple[int, Ints | None]:
        """A position of 0..top whose occupants weigh least, and who these are.

        `weights` holds the weight of every block, then the same with a minus sign.
        """
        events = offsets.take(self.owners[block])
        events += self.events[block]
        borders = np.maximum(events, 0)
        np.minimum(borders, top + 1, out=borders)
        if top < SHORT:
            borders = borders.astype(np.uint16)
        order = borders.argsort(kind="stable")
        borders = borders.take(order)
        rooms = (borders[1:] != borders[:-1]).nonzero()[0]
        changes = weights.take(self.changes[block].take(order))
        cost = changes.cumsum().take(rooms)
        least = int(cost[cost.argmin()])
        equals = rooms[cost == least]
        room = int(equals[int(self.random() * len(equals))])
        at_low_end = self.random() < LOW_SHARE
        position = int(borders[room]) if at_low_end else int(borders[room + 1]) - 1
        if not least:
            return position, None
        blockers = self.blockers[block]
        begins, ends = events[: len(blockers) - 1], events[len(blockers) : -1]
        return position, blockers[:-1][(begins <= position) & (ends > position)]
