"""The arena as rectangles of time and address.

Time is counted in steps, the positions of the kernels; a rectangle is alive from its
first to its last step, both included. The picture is data: what draws it is elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import Literal

import numpy as np

from lowering.arena.blocks import Piece

Kind = Literal["activation", "kept row", "scratch", "accumulator", "input", "output"]
"""What the bytes of a buffer are for."""


@dataclass(frozen=True)
class PlacedBuffer:
    """A buffer of the arena with its place, cut where its bytes die separately."""

    layer: int
    """The tensor, as numbered in the model file."""
    name: str
    """The tensor's name in the model file; empty if unknown."""
    kind: Kind
    slice: int | None
    """How many calls of the layer ran before it was written; None where it holds no
    slice of the layer."""
    start: int
    """The row of its tensor at its first byte."""
    row_bytes: int
    offset: int
    size: int
    pieces: tuple[Piece, ...]

    @property
    def first(self) -> int:
        """The first step at which a byte is alive."""
        return min(piece.first for piece in self.pieces)

    @property
    def last(self) -> int:
        """The last step at which a byte is alive."""
        return max(piece.last for piece in self.pieces)


@dataclass(frozen=True)
class Rectangle:
    """Bytes offset..offset+size-1 of the arena from step `first` to step `last`."""

    buffer: PlacedBuffer
    rows: tuple[int, int]
    """The rows first..last-1 of the tensor that the bytes belong to."""
    first: int
    last: int
    offset: int
    size: int


@dataclass(frozen=True)
class Stage:
    """A run of kernels of one stage, with the step at which most bytes are alive."""

    number: int
    first: int
    last: int
    peak_bytes: int
    peak_step: int


@dataclass(frozen=True)
class Holder:
    """What one tensor holds of the arena at one step."""

    layer: int
    name: str
    kind: Kind
    rows: tuple[tuple[int, int], ...]
    """Ranges first..last-1 of rows, ascending, apart from each other."""
    bytes: int


@dataclass(frozen=True)
class ArenaPicture:
    """Everything that a picture of the arena shows."""

    name: str
    arena_bytes: int
    alignment: int
    steps: int
    """Number of kernels."""
    stage_of_step: tuple[int, ...]
    buffers: tuple[PlacedBuffer, ...]
    plan: Mapping[str, int]
    """The numbers that the planner left."""

    @cached_property
    def rectangles(self) -> tuple[Rectangle, ...]:
        """Every piece of every buffer, in the order of the buffers."""
        return tuple(
            Rectangle(
                buffer,
                _rows(buffer, piece),
                piece.first,
                piece.last,
                buffer.offset + piece.offset,
                piece.size,
            )
            for buffer in self.buffers
            for piece in buffer.pieces
        )

    @cached_property
    def occupied(self) -> tuple[int, ...]:
        """Bytes of the arena in use at each step, in units of the alignment."""
        return occupied_bytes(self.rectangles, self.steps, self.alignment)

    @cached_property
    def stages(self) -> tuple[Stage, ...]:
        """The stages in the order in which they run."""
        stages: list[Stage] = []
        for number, group in groupby(enumerate(self.stage_of_step), lambda x: x[1]):
            steps = [step for step, _ in group]
            peak = max(steps, key=lambda step: (self.occupied[step], -step))
            stages.append(
                Stage(number, steps[0], steps[-1], self.occupied[peak], peak)
            )
        return tuple(stages)

    @property
    def peak_live_bytes(self) -> int:
        """As planned: the largest sum of live bytes, legal overlaps subtracted."""
        found = max(self.occupied, default=0)
        return self.plan.get("peak_live_bytes", found)

    @property
    def lower_bound_bytes(self) -> int:
        """No placement of this schedule is smaller."""
        return self.plan.get("lower_bound_bytes", self.peak_live_bytes)

    @property
    def proven_optimal(self) -> bool:
        """Whether no placement of this schedule has a smaller arena."""
        return (
            bool(self.plan.get("proven_optimal"))
            or self.arena_bytes == self.lower_bound_bytes
        )

    @property
    def stage_count(self) -> int:
        """Number of different stages, 1 where none are marked."""
        return len(set(self.stage_of_step)) or 1

    @property
    def peak_step(self) -> int | None:
        """The first step at which most bytes are in use; None without kernels."""
        if not self.steps:
            return None
        return self.occupied.index(max(self.occupied))

    @property
    def peak_steps(self) -> int:
        """At how many steps most bytes are in use."""
        return self.occupied.count(max(self.occupied, default=0))

    @property
    def fragmentation(self) -> float:
        """The part of the arena that is free even at the peak, from 0 to 1."""
        if not self.arena_bytes:
            return 0.0
        return (self.arena_bytes - self.peak_live_bytes) / self.arena_bytes

    def alive(self, step: int | None) -> list[Rectangle]:
        """The rectangles that are alive at a step; none at no step."""
        if step is None:
            return []
        return [r for r in self.rectangles if r.first <= step <= r.last]

    def holders(self, step: int | None) -> list[Holder]:
        """What is alive at a step by tensor and kind, largest first."""
        parts: dict[tuple[int, str, Kind], list[Rectangle]] = {}
        for part in self.alive(step):
            buffer = part.buffer
            parts.setdefault((buffer.layer, buffer.name, buffer.kind), []).append(part)
        holders = [
            Holder(*key, _merged(r.rows for r in group), sum(r.size for r in group))
            for key, group in parts.items()
        ]
        return sorted(holders, key=lambda h: (-h.bytes, h.layer, h.kind))


def occupied_bytes(
    rectangles: Iterable[Rectangle], steps: int, alignment: int
) -> tuple[int, ...]:
    """Bytes in use at each of the steps, in units of `alignment` bytes.

    A unit is in use where a rectangle covers its first byte. A rectangle that begins at
    a step and one that ends at it may share units, those of a kernel's output over its
    dying input; they count once.
    """
    change = np.zeros(steps + 1, np.int64)
    begins: dict[int, list[tuple[int, int, int]]] = {}
    ends: dict[int, list[tuple[int, int, int]]] = {}
    for number, part in enumerate(rectangles):
        first, last = part.first, min(part.last, steps - 1)
        if first > last:
            continue
        low = -(-part.offset // alignment)
        high = -(-(part.offset + part.size) // alignment)
        change[first] += high - low
        change[last + 1] -= high - low
        begins.setdefault(first, []).append((low, high, number))
        ends.setdefault(last, []).append((low, high, number))
    live = np.cumsum(change)[:steps]
    for step in begins.keys() & ends.keys():
        for low, high, number in begins[step]:
            for other_low, other_high, other in ends[step]:
                if number != other:
                    live[step] -= max(0, min(high, other_high) - max(low, other_low))
    return tuple(int(units) * alignment for units in live)


def _rows(buffer: PlacedBuffer, piece: Piece) -> tuple[int, int]:
    return (
        buffer.start + piece.offset // buffer.row_bytes,
        buffer.start - (-(piece.offset + piece.size) // buffer.row_bytes),
    )


def _merged(ranges: Iterable[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """The same rows as ascending ranges that do not touch."""
    merged: list[tuple[int, int]] = []
    for first, last in sorted(ranges):
        if merged and first <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(last, merged[-1][1])
        else:
            merged.append((first, last))
    return tuple(merged)


def printed_rows(ranges: Iterable[tuple[int, int]]) -> str:
    """Ranges first..last-1 of rows as text, the last row included: `3, 5-8`."""
    return ", ".join(
        str(first) if last == first + 1 else f"{first}-{last - 1}"
        for first, last in ranges
    )


MAX_NAME = 60
"""Characters of a name in a table or caption."""


def short_name(name: str, limit: int = MAX_NAME) -> str:
    """A name in one line, `-` where there is none; a long one is cut.

    Of the names that TFLite joined with semicolons the first is kept.
    """
    line = "".join(c if c.isprintable() else "?" for c in name) or "-"
    if len(line) <= limit:
        return line
    first = line.split(";")[0] + ";..."
    if len(first) <= limit:
        return first
    head = (limit - 3) // 2
    return f"{first[:head]}...{first[len(first) - (limit - 3 - head) :]}"
