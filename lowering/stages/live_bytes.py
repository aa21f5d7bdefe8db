"""Live bytes of a trace, step by step."""

from __future__ import annotations

from collections.abc import Sequence

from lowering.stages.simulation import Trace


def live_bytes(trace: Trace, alignment: int) -> list[int]:
    """Live bytes at every step, buffers rounded up to the alignment.

    What an output over its dying input saves is subtracted. The last entry is the end
    of the run, when only outputs in the arena are alive.
    """
    change = [0] * (trace.calls + 2)
    for buffer in trace.buffers:
        for offset, size, last in buffer.pieces():
            first_unit = -(-offset // alignment)
            amount = -(-(offset + size) // alignment) - first_unit
            change[max(buffer.birth, 0)] += amount
            change[min(last, trace.calls) + 1] -= amount
    saved = savings(trace, alignment)
    live: list[int] = []
    total = 0
    for step in range(trace.calls + 1):
        total += change[step]
        live.append((total - saved.get(step, 0)) * alignment)
    return live


def savings(trace: Trace, alignment: int) -> dict[int, int]:
    """Units that overlaps save at each step."""
    by_writer: dict[int, int] = {}
    for writer, reader, trail in trace.permissions:
        step = trace.buffers[writer].birth
        size = -(-trace.buffers[writer].bytes // alignment)
        best = _saving(trace.buffers[reader].pieces(), step, size, trail, alignment)
        if best:
            by_writer[writer] = min(size, by_writer.get(writer, 0) + best)
    saved: dict[int, int] = {}
    for writer, amount in by_writer.items():
        step = trace.buffers[writer].birth
        saved[step] = saved.get(step, 0) + amount
    return saved


def _saving(
    pieces: Sequence[tuple[int, int, int]],
    step: int,
    size: int,
    trail: int | None,
    alignment: int,
) -> int:
    """Units of dying pieces that a writer of `size` units may cover."""
    reach = size if trail is None else size - -(-trail // alignment)
    saved = 0
    for offset, length, last in pieces:
        if last == step:
            first = -(-offset // alignment)
            saved += max(0, min(-(-(offset + length) // alignment), reach) - first)
    return saved
