"""Live bytes of a trace, step by step."""

from __future__ import annotations

from collections.abc import Sequence

from lowering.arena.blocks import Block, Permission, Piece
from lowering.arena.savings import savings
from lowering.stages.trace import Life, Trace


def live_bytes(trace: Trace, alignment: int) -> list[int]:
    """Live bytes at every step, buffers rounded up to the alignment.

    What an output over its dying input saves is subtracted. The last entry is the end
    of the run, when only outputs in the arena are alive.
    """
    change = [0] * (trace.calls + 2)
    pieces = [buffer.pieces() for buffer in trace.buffers]
    for found in pieces:
        for offset, size, first, last in found:
            amount = -(-(offset + size) // alignment) + (-offset // alignment)
            change[first] += amount
            change[last + 1] -= amount
    saved = _saved(trace, pieces, alignment)
    live: list[int] = []
    total = 0
    for step in range(trace.calls + 1):
        total += change[step]
        live.append((total - saved.get(step, 0)) * alignment)
    return live


def _saved(
    trace: Trace, pieces: Sequence[Sequence[Life]], alignment: int
) -> dict[int, int]:
    """Units that overlaps save at each step."""
    numbers: dict[int, int] = {}
    permissions = [
        Permission(
            numbers.setdefault(writer, len(numbers)),
            numbers.setdefault(reader, len(numbers)),
            trail,
        )
        for writer, reader, trail in trace.permissions
        if any(piece.last == trace.buffers[writer].birth for piece in pieces[reader])
    ]
    blocks = [
        Block(trace.buffers[number].bytes, tuple(Piece(*p) for p in pieces[number]))
        for number in numbers
    ]
    return savings(blocks, alignment, permissions)
