"""What the planners place: blocks of bytes, and how many of them live at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np


@dataclass(frozen=True)
class Piece:
    """Bytes of a block that are alive from step `first` to step `last`, inclusive.

    `offset` and `size` are in bytes, `offset` counts from the start of the block.
    Raises ValueError if the piece has negative bytes or dies before it is born.
    """

    offset: int
    size: int
    first: int
    last: int

    def __post_init__(self) -> None:
        if self.offset < 0 or self.size < 0:
            raise ValueError(f"a piece needs offset and size >= 0, got {self}")
        if self.first > self.last:
            raise ValueError(f"a piece needs first <= last, got {self}")


@dataclass(frozen=True)
class Block:
    """`size` bytes that keep their relative position wherever they are placed.

    A buffer has one piece; an input frame whose rows die one by one has many. Bytes
    outside every piece are free for others at any step. Pieces of one block may share
    bytes and time: that is how a kernel's output over its dying input is written.
    Raises ValueError if a piece leaves the block.
    """

    size: int
    pieces: tuple[Piece, ...]

    def __post_init__(self) -> None:
        if self.size < 0:
            raise ValueError(f"a block needs size >= 0, got {self.size}")
        for piece in self.pieces:
            if piece.offset + piece.size > self.size:
                raise ValueError(f"{piece} leaves its block of {self.size} bytes")


@dataclass(frozen=True)
class Placement:
    """Byte offsets of the blocks, in their order, and the arena that holds them all.

    `arena_bytes` is a multiple of the alignment; `strategy` says who found it.
    """

    offsets: tuple[int, ...]
    arena_bytes: int
    strategy: str


def check_alignment(alignment: int) -> None:
    """Raise ValueError unless `alignment` is a positive number of bytes."""
    if alignment < 1:
        raise ValueError(f"the alignment must be at least 1 byte, got {alignment}")


def units(size: int, alignment: int) -> int:
    """Number of units of `alignment` bytes that hold `size` bytes."""
    return -(-size // alignment)


def peak_live_bytes(blocks: Sequence[Block], alignment: int) -> int:
    """Largest sum over the steps of the live bytes, rounded up to the alignment.

    Bytes that several pieces of one block share count once. A piece counts with the
    units of `alignment` bytes whose first byte it covers: that is its size rounded up
    if its offset is aligned. Pieces that do not collide never cover the same byte, so
    this is a lower bound for pieces at odd offsets in their block as well.
    """
    check_alignment(alignment)
    pieces = [piece for block in blocks for piece in _disjoint(block.pieces)]
    if not pieces:
        return 0
    table = np.array([(p.offset, p.size, p.first, p.last) for p in pieces], np.int64)
    offset, size, first, last = table.T
    amount = -offset // alignment - (-(offset + size) // alignment)
    steps = np.concatenate([first, last + 1])
    change = np.concatenate([amount, -amount])
    order = np.argsort(steps, kind="stable")
    live = np.cumsum(change[order])
    ends_of_step = np.append(np.flatnonzero(np.diff(steps[order])), len(steps) - 1)
    return int(live[ends_of_step].max()) * alignment


def lower_bound_bytes(blocks: Sequence[Block], alignment: int) -> int:
    """The peak, or the largest block where that is more: the arena holds it whole."""
    largest = max((units(block.size, alignment) for block in blocks), default=0)
    return max(peak_live_bytes(blocks, alignment), largest * alignment)


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
