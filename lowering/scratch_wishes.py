"""What layers could do with more scratch, for `lowering/scratch_room.py`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from lowering.accesses import touched
from lowering.kernel_variant import LayerCalls, Proposal
from lowering.live_ranges import Problem
from lowering.scratch_room import Way, Wish
from tinyts_dialect.tsbuf import BufferOp

PORTABLE_FACTOR = 7
"""Instructions of a portable kernel for each of the slowest variant."""

Places = Callable[[Proposal, LayerCalls, list[int]], list[int] | None]
"""Where the scratch of a proposal has room at the steps of a layer, if it has."""


def wish_of(
    layer: LayerCalls,
    steps: list[int],
    proposals: Sequence[Proposal],
    places_of: Places,
    numbers: Mapping[BufferOp, int],
) -> Wish:
    """How fast a layer is with how much scratch, up to what has room now."""
    ways: list[Way] = []
    places: list[int] | None = None
    for item in sorted(proposals, key=lambda item: (item.instructions, item.flash)):
        places = places_of(item, layer, steps)
        replaces = item.scratch_field == "scratch"
        ways.append(Way(item.instructions, item.scratch, replaces))
        if places is not None:
            break
    else:
        worst = max((item.instructions for item in proposals), default=0)
        ways.append(Way(PORTABLE_FACTOR * worst, 0))
    owned = _planned_scratch(layer, numbers)
    return Wish(tuple(steps), tuple(ways), tuple(places or ()), owned)


def _planned_scratch(
    layer: LayerCalls, numbers: Mapping[BufferOp, int]
) -> tuple[int | None, ...]:
    """The buffer of the plan's scratch of each call, where it has one of its own."""
    return tuple(
        next(
            (
                numbers[part.buffer]
                for access in call.writes()
                if access.field == "scratch"
                for part in touched(access)
                if isinstance(part.buffer, BufferOp)
            ),
            None,
        )
        for call in layer.calls
    )


def with_equal_bases_kept(problem: Problem, offsets: Sequence[int]) -> Problem:
    """The problem where buffers that replace others at equal bases stay so.

    Variants may be unable to do it otherwise.
    """
    equal = {
        (item.writer, item.reader)
        for item in problem.overlaps
        if item.trail is None and offsets[item.writer] == offsets[item.reader]
    }
    kept = tuple(
        item
        for item in problem.overlaps
        if item.trail is None or (item.writer, item.reader) not in equal
    )
    return replace(problem, overlaps=kept)
