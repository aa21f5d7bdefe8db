"""Live ranges of the arena's buffers, read off the order of the kernels.

A step is the position of a kernel in its function. A byte is alive from the first step
that writes it to the last that touches it, both included; an input from before the
first step, an output to after the last.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise

from xdsl.dialects.func import FuncOp

from lowering.accesses import is_input, kernels_of, touched
from lowering.arena.blocks import Block, Permission, Piece
from lowering.overlaps.permissions import permissions_of
from tinyts_dialect.tsbuf import BufferOp

Range = tuple[int, int]


@dataclass
class Lifetime:
    """When the bytes of one buffer are first and last touched; `first` is any byte's.

    Ranges of bytes are half open.
    """

    first: int
    last_uses: dict[Range, int] = field(default_factory=dict[Range, int])
    """Last step that touches each range of bytes."""
    first_uses: dict[Range, int] = field(default_factory=dict[Range, int])
    """First step that touches each range of bytes."""

    def touch(self, first: int, last: int, step: int) -> None:
        """Notes a use of the bytes first..last-1, later than all before."""
        self.last_uses[first, last] = step
        self.first_uses.setdefault((first, last), step)

    def pieces(self, size: int) -> tuple[Piece, ...]:
        """The buffer cut where bytes are born or die at different steps.

        Bytes that nothing touches live at step `first` alone.
        """
        uses = [(*r, self.first_uses[r], last) for r, last in self.last_uses.items()]
        borders = sorted({0, size, *(b for use in uses for b in use[:2])})
        pieces: list[Piece] = []
        for start, stop in pairwise(borders):
            here = [use for use in uses if use[0] < stop and start < use[1]]
            born = min((use[2] for use in here), default=self.first)
            dies = max((use[3] for use in here), default=self.first)
            if pieces and (pieces[-1].first, pieces[-1].last) == (born, dies):
                start = pieces.pop().offset
            pieces.append(Piece(start, stop - start, born, dies))
        return tuple(pieces)


@dataclass(frozen=True)
class Problem:
    """What the planner is asked: blocks, those of `buffers` in order, and overlaps."""

    buffers: tuple[BufferOp, ...]
    blocks: tuple[Block, ...]
    overlaps: tuple[Permission, ...]


def problem_of(function: FuncOp) -> Problem:
    """The buffers of a function as blocks, and what its kernels permit."""
    lives = lifetimes(function)
    blocks = blocks_of(lives)
    overlaps = permissions_of(kernels_of(function), list(lives), blocks)
    return Problem(tuple(lives), tuple(blocks), tuple(overlaps))


def lifetimes(function: FuncOp) -> dict[BufferOp, Lifetime]:
    """The lifetime of every buffer of the arena that has a port or a kernel touches."""
    kernels = kernels_of(function)
    found: dict[BufferOp, Lifetime] = {}
    for step, kernel in enumerate(kernels):
        for access in (*kernel.writes(), *kernel.reads()):
            for buffer, first, last in touched(access):
                if isinstance(buffer, BufferOp):
                    found.setdefault(buffer, Lifetime(step)).touch(first, last, step)
    for op in function.body.block.ops:
        if isinstance(op, BufferOp) and op.port is not None:
            lifetime = found.get(op)
            if lifetime is None:  # nothing reads or writes it
                lifetime = found[op] = Lifetime(0)
                lifetime.touch(0, op.image.bytes, 0)
            if is_input(op):
                lifetime.first = 0
                lifetime.first_uses = dict.fromkeys(lifetime.first_uses, 0)
            else:
                lifetime.touch(0, op.image.bytes, len(kernels))
    return found


def blocks_of(lives: dict[BufferOp, Lifetime]) -> list[Block]:
    """The planner's view: rows are born and die one after the other."""
    return [
        Block(buffer.image.bytes, lifetime.pieces(buffer.image.bytes))
        for buffer, lifetime in lives.items()
    ]
