"""Repairing a placement that is too tall: move the blocks in the way, one by one.

A search for a placement below a given capacity. Blocks that reach above it lose their
place. Then, step by step, the hardest block without a place takes the position whose
occupants weigh least, and evicts them. A block gains weight with each eviction, so
that no two blocks push each other out for ever.
"""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

import numpy as np

from lowering.arena.conflicts import Conflicts, Ints
from lowering.arena.first_fit import UNPLACED
from lowering.arena.orders import pressure

GROWTH = 30
"""An eviction adds so many times its size to the weight of a block."""

BEYOND = 1 << 41
"""Further than the end of any block, also of one without a place."""


@dataclass(frozen=True)
class Attempt:
    """Result of a search; `offsets`, in units, are complete if `succeeded`."""

    offsets: Ints
    steps: int
    succeeded: bool


class Evictor:
    """Searches on one set of blocks, sharing what does not change between them.

    `rank` decides which of the blocks without a place is placed first: the largest.
    """

    def __init__(self, conflicts: Conflicts, random: Random) -> None:
        self.sizes = conflicts.sizes
        self.random = random
        self.pressure = pressure(conflicts)
        # Each block gets the events of a sweep over its positions: one where each
        # forbidden interval begins and one where it ends, and two bounds of the sweep
        # that belong to an extra block at 0 without weight.
        nobody = np.array([len(self.sizes)])
        self.blockers = [np.append(o, nobody) for o in conflicts.others]
        self.events = [
            np.concatenate([low + 1, [0], high, [BEYOND]])
            for low, high in zip(conflicts.low, conflicts.high, strict=True)
        ]

    def search(
        self,
        offsets: Ints,
        capacity: int,
        steps: int,
        rank: Sequence[int],
        low_percent: int,
    ) -> Attempt:
        """Change `offsets` until all blocks end below `capacity` or `steps` are over.

        A block goes to the low end of its free room, or to the high end in
        100 - `low_percent` of 100 cases.
        """
        sizes = self.sizes.tolist()
        offsets = np.append(offsets, 0)
        weights = np.append(self.pressure, 0)
        too_high = np.flatnonzero(offsets[:-1] + self.sizes > capacity)
        offsets[too_high] = UNPLACED
        waiting = [(-rank[block], block) for block in too_high.tolist()]
        heapq.heapify(waiting)
        step = 0
        while waiting and step < steps:
            step += 1
            _, block = heapq.heappop(waiting)
            position, evicted = self._cheapest(
                block, offsets, weights, capacity - sizes[block], low_percent
            )
            offsets[block] = position
            if evicted is not None:
                offsets[evicted] = UNPLACED
                weights[evicted] += GROWTH * self.sizes[evicted]
                for other in evicted.tolist():
                    heapq.heappush(waiting, (-rank[other], other))
        return Attempt(offsets[:-1], step, not waiting)

    def _cheapest(
        self, block: int, offsets: Ints, weights: Ints, top: int, low_percent: int
    ) -> tuple[int, Ints | None]:
        """A position of 0..top whose occupants weigh least, and who these are."""
        blockers = self.blockers[block]
        count = len(blockers)
        base = offsets[blockers]
        events = self.events[block].copy()
        events[:count] += base
        events[count:] += base
        change = np.empty(2 * count, np.int64)
        change[:count] = weights[blockers]
        np.negative(change[:count], out=change[count:])

        borders = np.minimum(np.maximum(events, 0), top + 1)
        order = borders.argsort()
        borders = borders[order]
        # The order of equal borders is arbitrary: only the sum after the last counts.
        rooms = np.flatnonzero(borders[1:] > borders[:-1])
        cost = change[order].cumsum()[rooms]
        least = int(cost.min())
        equals = rooms[cost == least]
        room = equals[int(self.random.random() * len(equals))]
        if self.random.random() * 100 < low_percent:
            position = int(borders[room])
        else:
            position = int(borders[room + 1]) - 1
        if not least:
            return position, None
        in_the_way = (events[:count] <= position) & (events[count:] > position)
        in_the_way[-1] = False
        return position, blockers[in_the_way]
