"""How many bytes permitted overlaps can save at a step, at most.

A unit of `alignment` bytes is counted by its first byte, as everywhere in the bounds.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from lowering.arena.blocks import Block, Permission, Piece, units

Spans = tuple[tuple[int, int], ...]
"""Units first..last-1 of a block, several times."""


def savings(
    blocks: Sequence[Block], alignment: int, overlaps: Sequence[Permission]
) -> dict[int, int]:
    """For each step with permitted overlaps the units that they save at most.

    Exact for a writer with one reader: both then take what their union takes. Else no
    unit of a block counts more than once, since the writers do not overlap each other,
    nor do the readers.
    """
    shared: dict[int, dict[tuple[int, int], int]] = defaultdict(dict)
    for item in overlaps:
        writer, reader = blocks[item.writer].pieces, blocks[item.reader].pieces
        trail = None if item.trail is None else units(item.trail, alignment)
        step = min((p.first for p in writer), default=None)
        if step is not None and any(p.last == step for p in reader):
            most = _most_shared(
                _spans((p for p in writer if p.first == step), alignment),
                _spans((p for p in reader if p.last == step), alignment),
                trail,
            )
            pair = item.writer, item.reader
            shared[step][pair] = max(most, shared[step].get(pair, 0))
    return {step: _total(pairs, blocks, alignment) for step, pairs in shared.items()}


def _total(
    shared: dict[tuple[int, int], int], blocks: Sequence[Block], alignment: int
) -> int:
    """What all pairs save together, as the writers and as the readers see it."""
    limits: list[int] = []
    for side in (0, 1):
        sums: dict[int, int] = defaultdict(int)
        for pair, amount in shared.items():
            sums[pair[side]] += amount
        limits.append(
            sum(
                min(amount, units(blocks[block].size, alignment))
                for block, amount in sums.items()
            )
        )
    return min(limits)


def _spans(pieces: Iterable[Piece], alignment: int) -> Spans:
    return tuple(
        (units(p.offset, alignment), units(p.offset + p.size, alignment))
        for p in pieces
    )


def _most_shared(writer: Spans, reader: Spans, trail: int | None) -> int:
    """Most units that both cover wherever the writer may lie against the reader.

    What they share grows and shrinks with the distance at constant rates between the
    distances at which edges meet.
    """
    if trail is None:
        return _shared(writer, reader, 0)
    meetings = {r - w for a in writer for w in a for b in reader for r in b}
    distances = {-trail, *(d for d in meetings if d < -trail)}
    return max(_shared(writer, reader, distance) for distance in distances)


def _shared(writer: Spans, reader: Spans, distance: int) -> int:
    return sum(
        max(0, min(last + distance, end) - max(first + distance, start))
        for first, last in writer
        for start, end in reader
    )
