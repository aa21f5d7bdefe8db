"""What a simulation records: calls, and the life of every buffer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from heapq import heappop, heappush
from itertools import pairwise
from typing import NamedTuple

Range = tuple[int, int]
"""Bytes first..last-1 of a buffer."""


class Life(NamedTuple):
    """Bytes of a buffer that are first and last touched at the same steps."""

    offset: int
    size: int
    first: int
    last: int


@dataclass
class Buffer:
    """Bytes that are placed together."""

    bytes: int
    birth: int
    """The first step that touches any byte."""
    uses: dict[Range, int] = field(default_factory=dict[Range, int])
    """The last step that touches each range."""
    births: dict[Range, int] = field(default_factory=dict[Range, int])
    """The first step that touches each range, where that is not `birth` for all."""

    def pieces(self) -> list[Life]:
        """The buffer cut where bytes are born or die at different steps."""
        if not self.births and (
            not self.uses or (len(self.uses) == 1 and (0, self.bytes) in self.uses)
        ):
            last = self.uses.get((0, self.bytes), self.birth)
            return [Life(0, self.bytes, self.birth, last)]
        found = {0, self.bytes}
        for ranges in (self.uses, self.births):
            found.update(border for pair in ranges for border in pair)
        borders = sorted(found)
        pieces: list[Life] = []
        for (start, stop), born, used in zip(
            pairwise(borders),
            _extremes(self.births, borders, 1),
            _extremes(self.uses, borders, -1),
            strict=True,
        ):
            first = self.birth if born is None else born
            last = first if used is None else used
            if pieces and pieces[-1][2:] == (first, last):
                start = pieces.pop().offset
            pieces.append(Life(start, stop - start, first, last))
        return pieces


def _extremes(
    steps: dict[Range, int], borders: list[int], sign: int
) -> Iterator[int | None]:
    """Between borders the least step (sign 1) or greatest (-1) of the ranges there.

    Every range begins and ends at a border; None where there is none.
    """
    ranges = sorted(steps.items())
    active: list[tuple[int, int]] = []
    position = 0
    for start in borders[:-1]:
        while position < len(ranges) and ranges[position][0][0] <= start:
            (_, end), step = ranges[position]
            heappush(active, (sign * step, end))
            position += 1
        while active and active[0][1] <= start:
            heappop(active)
        yield sign * active[0][0] if active else None


@dataclass
class Trace:
    """What a simulation saw."""

    calls: int = 0
    buffers: list[Buffer] = field(default_factory=list[Buffer])
    permissions: list[tuple[int, int, int | None]] = field(
        default_factory=list[tuple[int, int, "int | None"]]
    )
    """Writer, reader, trail: buffers of which the first may lie over the second."""
    layers: list[int] = field(default_factory=list[int])
    """The node of each call; -1 for those that read or copy rows."""
    late: dict[int, int] = field(default_factory=dict[int, int])
    """Buffers that are there before a step touches them: how many there were then."""

    def in_order(self) -> list[int]:
        """The buffers in the order in which steps touch them first."""
        late = self.late

        def position(buffer: int) -> int:
            return 2 * late[buffer] if buffer in late else 2 * buffer + 1

        return sorted(range(len(self.buffers)), key=position)
