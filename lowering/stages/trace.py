"""What a simulation records: calls, and the life of every buffer."""

from __future__ import annotations

from dataclasses import dataclass, field
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
        borders = {0, self.bytes}
        for found in (self.uses, self.births):
            borders.update(border for pair in found for border in pair)
        pieces: list[Life] = []
        for start, stop in pairwise(sorted(borders)):
            first = min(_of(self.births, start, stop), default=self.birth)
            last = max(_of(self.uses, start, stop), default=first)
            if pieces and pieces[-1][2:] == (first, last):
                start = pieces.pop().offset
            pieces.append(Life(start, stop - start, first, last))
        return pieces


def _of(steps: dict[Range, int], start: int, stop: int) -> list[int]:
    """The steps of the ranges that meet start..stop-1."""
    return [
        step for (first, last), step in steps.items() if first < stop and start < last
    ]


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
