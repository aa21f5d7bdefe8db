"""How many bytes live at once: a lower bound for every arena."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from lowering.arena.blocks import Block, Permission, Piece, check_alignment, units
from lowering.arena.savings import savings

Ints = NDArray[np.int64]


class Peak(NamedTuple):
    """The most bytes that live at once, and the first step at which they do."""

    bytes: int
    step: int


def peak_live_bytes(
    blocks: Sequence[Block], alignment: int, overlaps: Sequence[Permission] = ()
) -> int:
    """Largest sum over the steps of the live bytes, rounded up to the alignment.

    Bytes that several pieces of one block share count once. A piece counts with the
    units of `alignment` bytes whose first byte it covers: that is its size rounded up
    if its offset is aligned. Pieces that do not collide never cover the same byte, so
    this is a lower bound for pieces at odd offsets in their block as well. What
    permitted overlaps can save at a step is taken off.
    """
    return peak(blocks, alignment, overlaps).bytes


def peak(
    blocks: Sequence[Block], alignment: int, overlaps: Sequence[Permission] = ()
) -> Peak:
    """The peak of `peak_live_bytes` with its step; step 0 where nothing lives."""
    steps, live = live_units(blocks, alignment, overlaps)
    if not len(live):
        return Peak(0, 0)
    highest = int(live.argmax())
    return Peak(int(live[highest]) * alignment, int(steps[highest]))


def lower_bound_bytes(
    blocks: Sequence[Block], alignment: int, overlaps: Sequence[Permission] = ()
) -> int:
    """The peak, or the largest block where that is more: the arena holds it whole."""
    largest = max((units(block.size, alignment) for block in blocks), default=0)
    return max(peak_live_bytes(blocks, alignment, overlaps), largest * alignment)


def live_units(
    blocks: Sequence[Block], alignment: int, overlaps: Sequence[Permission] = ()
) -> tuple[Ints, Ints]:
    """Units of `alignment` bytes that live from each of some steps on, ascending.

    Between two of these steps nothing begins or ends.
    """
    check_alignment(alignment)
    pieces = [piece for block in blocks for piece in _disjoint(block.pieces)]
    table = np.array(
        [(p.offset, p.size, p.first, p.last) for p in pieces], np.int64
    ).reshape(-1, 4)
    offset, size, first, last = table.T
    amount = -offset // alignment - (-(offset + size) // alignment)
    steps, index = np.unique(np.concatenate([first, last + 1]), return_inverse=True)
    change = np.zeros(len(steps), np.int64)
    np.add.at(change, index, np.concatenate([amount, -amount]))
    live = np.cumsum(change)
    for step, saved in savings(blocks, alignment, overlaps).items():
        live[np.searchsorted(steps, step)] -= saved
    return steps, live


def _disjoint(pieces: Sequence[Piece]) -> Iterable[Piece]:
    """Pieces covering the same bytes at the same steps, each byte and step once."""
    by_offset = sorted(pieces, key=lambda piece: piece.offset)
    if all(a.offset + a.size <= b.offset for a, b in pairwise(by_offset)):
        return by_offset
    return _rectangles(pieces)


def _rectangles(pieces: Sequence[Piece]) -> Iterator[Piece]:
    edges = {edge for p in pieces for edge in (p.offset, p.offset + p.size)}
    for start, end in pairwise(sorted(edges)):
        covering = [p for p in pieces if p.offset <= start and end <= p.offset + p.size]
        for first, last in _merged((p.first, p.last) for p in covering):
            yield Piece(start, end - start, first, last)


def _merged(lifetimes: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for first, last in sorted(lifetimes):
        if merged and first <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(last, merged[-1][1]))
        else:
            merged.append((first, last))
    return merged
