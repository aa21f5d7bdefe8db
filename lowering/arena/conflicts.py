"""Which distances between two blocks collide: all a planner needs to know of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lowering.arena.blocks import Block, Permission, units
from lowering.arena.narrowing import Intervals, joined, narrow

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Conflicts:
    """Forbidden distances of every block to the blocks alive with it.

    All lengths are in units of `unit` bytes. Block b collides with block
    `others[b][i]` exactly if `low[b][i] < offset of b - offset of it < high[b][i]`.
    A pair of plain buffers has one such open interval, (-size of b, size of other);
    a pair with many pieces has as many as do not merge. A permitted overlap takes a
    bite out of an interval; at a border of intervals a block may always lie.
    """

    unit: int
    sizes: Ints
    others: tuple[Ints, ...]
    low: tuple[Ints, ...]
    high: tuple[Ints, ...]

    def mirrored(self) -> Conflicts:
        """The same blocks with addresses counted down from the end of the arena."""
        growth = [
            self.sizes[other] - size
            for other, size in zip(self.others, self.sizes, strict=True)
        ]
        low = tuple(g - high for g, high in zip(growth, self.high, strict=True))
        high = tuple(g - low for g, low in zip(growth, self.low, strict=True))
        return Conflicts(self.unit, self.sizes, self.others, low, high)

    def top(self, offsets: Ints) -> int:
        """Units that an arena with the blocks at `offsets` needs."""
        return int((offsets + self.sizes).max(initial=0))


def find_conflicts(
    blocks: Sequence[Block], alignment: int, overlaps: Sequence[Permission] = ()
) -> Conflicts:
    """Compare every two pieces of different blocks that are alive at the same step.

    The unit is the largest multiple of `alignment` that divides every length: blocks
    pushed down until they touch lie at multiples of it.
    """
    count = len(blocks)
    sizes = np.array([units(block.size, alignment) for block in blocks], np.int64)
    table = np.array(
        [
            (index, piece.offset, piece.size, piece.first, piece.last)
            for index, block in enumerate(blocks)
            for piece in block.pieces
            if piece.size
        ],
        np.int64,
    ).reshape(-1, 5)
    table = table[np.argsort(table[:, 3], kind="stable")]
    owner, offset, size, first, last = table.T
    left, right = _pairs_alive_together(owner, first, last)
    births = np.full(count, np.iinfo(np.int64).max)
    np.minimum.at(births, owner, first)
    is_birth = first == births[owner]
    found = Intervals(
        owner[left],
        owner[right],
        (offset[right] - offset[left] - size[left]) // alignment,
        -((offset[left] - offset[right] - size[right]) // alignment),
        is_birth[left] & (first[left] == last[right]),
        is_birth[right] & (first[right] == last[left]),
    )
    found = narrow(found, overlaps, count, alignment).reversed()
    found = narrow(found, overlaps, count, alignment)
    block, other, low, high = _merge(joined(found, found.reversed()))

    unit = int(np.gcd.reduce(np.concatenate([sizes, low, high]))) or 1
    cuts = np.searchsorted(block, np.arange(1, count))
    return Conflicts(
        alignment * unit,
        sizes // unit,
        *(tuple(np.split(x, cuts))[:count] for x in (other, low // unit, high // unit)),
    )


def _pairs_alive_together(owner: Ints, first: Ints, last: Ints) -> tuple[Ints, Ints]:
    """Indices of two pieces of different blocks that share a step, each pair once.

    The pieces are sorted by `first`, so the partners of a piece that start later are
    the run of pieces from the next one to the last that starts before it dies.
    """
    index = np.arange(len(first))
    partners = np.searchsorted(first, last, side="right") - index - 1
    left = np.repeat(index, partners)
    run_start = np.repeat(np.cumsum(partners) - partners, partners)
    right = np.arange(len(left)) - run_start + left + 1
    different = owner[left] != owner[right]
    return left[different], right[different]


def _merge(found: Intervals) -> tuple[Ints, Ints, Ints, Ints]:
    """Sort by (block, other, low); join open intervals of one pair that overlap."""
    if not len(found.block):
        return found.block, found.other, found.low, found.high
    found = found.select(np.argsort(_sort_key(found)))
    block, other, low, high = found.block, found.other, found.low, found.high
    new_pair = np.ones(len(block), bool)
    new_pair[1:] = (block[1:] != block[:-1]) | (other[1:] != other[:-1])
    # One running maximum serves all pairs: each pair's lengths are lifted above those
    # of the pair before.
    lift = (np.cumsum(new_pair) - 1) * (int(high.max()) - int(high.min()) + 1)
    reach = np.maximum.accumulate(high + lift) - lift
    starts = new_pair
    starts[1:] |= low[1:] >= reach[:-1]
    kept = np.flatnonzero(starts)
    return block[kept], other[kept], low[kept], np.maximum.reduceat(high, kept)


def _sort_key(found: Intervals) -> Ints:
    """One number that orders as (block, other, low) do: sorted faster than the three.

    Of equal ones any order serves. Blocks are fewer than 2**16 and lows span fewer than
    2**31, or the key would not fit into 64 bits.
    """
    least = int(found.low.min())
    span = int(found.low.max()) - least + 1
    pair = found.block * (int(found.other.max()) + 1) + found.other
    return pair * span + (found.low - least)
