"""Live ranges of the arena's buffers, read off the order of the kernels.

A step is the position of a kernel in its function. A buffer is alive from the first
step that writes it to the last that reads it, both included; an input from before the
first step, an output to after the last.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from xdsl.dialects.func import FuncOp

from lowering.accesses import is_input, kernels_of, touched
from lowering.arena.blocks import Block, Piece
from tinyts_dialect.tsbuf import BufferOp


@dataclass
class Lifetime:
    """When the bytes of one buffer are first written and last read."""

    first: int
    last_uses: dict[tuple[int, int], int] = field(
        default_factory=dict[tuple[int, int], int]
    )
    """Last step that touches each range of bytes."""

    def pieces(self, size: int, release_parts: bool) -> tuple[Piece, ...]:
        """The buffer cut where bytes die at different steps."""
        last = max(self.last_uses.values())
        if not release_parts:
            return (Piece(0, size, self.first, last),)
        borders = sorted({0, size, *(b for pair in self.last_uses for b in pair)})
        pieces: list[Piece] = []
        for start, stop in zip(borders, borders[1:], strict=False):
            dies = max(
                (
                    step
                    for (first, last), step in self.last_uses.items()
                    if first < stop and start < last
                ),
                default=self.first,
            )
            if pieces and pieces[-1].last == dies:
                start = pieces.pop().offset
            pieces.append(Piece(start, stop - start, self.first, dies))
        return tuple(pieces)


def lifetimes(function: FuncOp) -> dict[BufferOp, Lifetime]:
    """The lifetime of every buffer of the arena that has a port or a kernel touches."""
    kernels = kernels_of(function)
    found: dict[BufferOp, Lifetime] = {}
    for step, kernel in enumerate(kernels):
        for access in (*kernel.writes(), *kernel.reads()):
            for buffer, first, last in touched(access):
                if isinstance(buffer, BufferOp):
                    lifetime = found.setdefault(buffer, Lifetime(step))
                    lifetime.last_uses[first, last] = step
    for op in function.body.block.ops:
        if isinstance(op, BufferOp) and op.port is not None and op not in found:
            found[op] = Lifetime(0, {(0, op.image.bytes): 0})  # nothing reads it
    for buffer, lifetime in found.items():
        if is_input(buffer):
            lifetime.first = 0
        elif buffer.port is not None:
            lifetime.last_uses[0, buffer.image.bytes] = len(kernels)
    return found


def blocks_of(lives: dict[BufferOp, Lifetime]) -> list[Block]:
    """The planner's view: rows of an input in the arena die one after the other."""
    return [
        Block(
            buffer.image.bytes, lifetime.pieces(buffer.image.bytes, is_input(buffer))
        )
        for buffer, lifetime in lives.items()
    ]
