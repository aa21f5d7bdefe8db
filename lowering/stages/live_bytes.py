"""Live bytes of a trace, step by step."""

from __future__ import annotations

from collections.abc import Sequence

from lowering.arena.blocks import Block, Permission, Piece
from lowering.arena.savings import savings
from lowering.stages.trace import Life, Trace

Pieces = Sequence[Sequence[Life]]
"""The pieces of every buffer of a trace."""


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
    permitted = _permitted(trace, pieces)
    if all(len(pieces[writer]) == 1 for writer, _, _ in permitted):
        saved = _saved(trace, pieces, permitted, alignment)
    else:
        saved = _saved_by_any(trace, pieces, permitted, alignment)
    live: list[int] = []
    total = 0
    for step in range(trace.calls + 1):
        total += change[step]
        live.append((total - saved.get(step, 0)) * alignment)
    return live


def _permitted(trace: Trace, pieces: Pieces) -> list[tuple[int, int, int | None]]:
    """The permissions over what dies at the writer's step."""
    return [
        item
        for item in trace.permissions
        if any(
            piece[3] == trace.buffers[item[0]].birth for piece in pieces[item[1]]
        )
    ]


def _saved(
    trace: Trace,
    pieces: Pieces,
    permitted: Sequence[tuple[int, int, int | None]],
    alignment: int,
) -> dict[int, int]:
    """Units that overlaps save at each step, as `savings` counts them.

    For writers whose bytes begin together: these share most at the trail itself.
    """
    by_step: dict[int, list[tuple[int, int, int]]] = {}
    for writer, reader, trail in permitted:
        step = trace.buffers[writer].birth
        reach = -(-trace.buffers[writer].bytes // alignment)
        if trail:
            reach -= -(-trail // alignment)
        amount = 0
        for offset, size, _, last in pieces[reader]:
            if last == step:
                end = min(-(-(offset + size) // alignment), reach)
                amount += max(0, end + (-offset // alignment))
        by_step.setdefault(step, []).append((writer, reader, amount))
    return {
        step: min(_limited(trace, found, side, alignment) for side in (0, 1))
        for step, found in by_step.items()
    }


def _limited(
    trace: Trace, found: Sequence[tuple[int, int, int]], side: int, alignment: int
) -> int:
    """What pairs of buffers share, no unit of a writer (or reader) counted twice."""
    sums: dict[int, int] = {}
    for item in found:
        sums[item[side]] = sums.get(item[side], 0) + item[2]
    return sum(
        min(amount, -(-trace.buffers[buffer].bytes // alignment))
        for buffer, amount in sums.items()
    )


def _saved_by_any(
    trace: Trace,
    pieces: Pieces,
    permitted: Sequence[tuple[int, int, int | None]],
    alignment: int,
) -> dict[int, int]:
    """The same for all writers, such as outputs that are written row by row."""
    numbers: dict[int, int] = {}
    permissions = [
        Permission(
            numbers.setdefault(writer, len(numbers)),
            numbers.setdefault(reader, len(numbers)),
            trail,
        )
        for writer, reader, trail in permitted
    ]
    blocks = [
        Block(trace.buffers[number].bytes, tuple(Piece(*p) for p in pieces[number]))
        for number in numbers
    ]
    return savings(blocks, alignment, permissions)
