"""Rolls a straight sequence of kernel calls back into loops.

A call names a layer and rows; where a group of calls repeats with rows that advance by
a fixed step, it becomes a loop. Groups are rolled again inside, so that the code grows
with the number of layers, not of slices. Pure functions; `unroll(roll(calls))` is
`calls`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

MAX_PERIOD = 1024
"""Longest group of calls that is tried as the body of a loop."""


class Call(NamedTuple):
    """Computes `rows` rows of a layer from `first` + the sum of step * loop counter."""

    layer: int
    rows: int
    first: int
    steps: tuple[int, ...] = ()
    """One step for each enclosing loop, the outermost first."""


@dataclass(frozen=True)
class Loop:
    """Repeats `body` with a counter from 0 to count - 1."""

    count: int
    body: tuple[Node, ...]


Node: TypeAlias = Call | Loop


def roll(calls: Sequence[Call]) -> list[Node]:
    """The calls as a tree of loops, greedily from the first call on."""
    nodes: list[Node] = []
    position = 0
    while position < len(calls):
        period, repeats = _best_repetition(calls, position)
        if repeats < 2:
            nodes.append(calls[position])
            position += 1
            continue
        body = calls[position : position + period]
        following = calls[position + period : position + 2 * period]
        stepped = [
            call._replace(steps=(*call.steps, other.first - call.first))
            for call, other in zip(body, following, strict=True)
        ]
        nodes.append(Loop(repeats, tuple(roll(stepped))))
        position += period * repeats
    return nodes


def unroll(nodes: Iterable[Node], counters: tuple[int, ...] = ()) -> Iterator[Call]:
    """The calls of a tree of loops, in order, with all counters inserted."""
    for node in nodes:
        if isinstance(node, Call):
            moved = sum(s * c for s, c in zip(node.steps, counters, strict=True))
            yield Call(node.layer, node.rows, node.first + moved)
            continue
        for counter in range(node.count):
            yield from unroll(node.body, (*counters, counter))


def _best_repetition(calls: Sequence[Call], start: int) -> tuple[int, int]:
    """Period and number of repeats at `start` that save the most calls."""
    best = (1, 1)
    saved = 0
    longest = min(MAX_PERIOD, (len(calls) - start) // 2)
    for period in range(1, longest + 1):
        if not _alike(calls[start], calls[start + period]):
            continue
        repeats = _repeats(calls, start, period)
        if (repeats - 1) * period > saved:
            saved = (repeats - 1) * period
            best = (period, repeats)
    return best


def _alike(call: Call, other: Call) -> bool:
    return call.layer == other.layer and call[1] == other[1] and call[3] == other[3]


def _repeats(calls: Sequence[Call], start: int, period: int) -> int:
    """How often the group of `period` calls at `start` repeats with fixed steps."""
    steps: list[int] = []
    repeats = 1
    while start + (repeats + 1) * period <= len(calls):
        group = start + (repeats - 1) * period
        for index in range(period):
            call, other = calls[group + index], calls[group + period + index]
            step = other.first - call.first
            if not _alike(call, other):
                return repeats
            if repeats == 1:
                steps.append(step)
            elif steps[index] != step:
                return repeats
        repeats += 1
    return repeats
