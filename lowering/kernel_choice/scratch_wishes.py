"""What layers could do with more scratch, for `scratch_room.py`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

from lowering.accesses import touched
from lowering.kernel_choice.calls_with_room import WITHOUT_STATE, families_of
from lowering.kernel_choice.kernel_variant import LayerCalls, Proposal
from lowering.kernel_choice.scratch_room import Way, Wish
from lowering.live_ranges import Problem
from tinyts_dialect.tsbuf import BufferOp

PORTABLE_FACTOR = 7
"""Instructions of a portable kernel for each of the slowest variant."""

PORTABLE = -1
"""The family of a portable kernel."""

Places = Callable[[Proposal, LayerCalls, list[int]], list[int] | None]
"""Where the scratch of a proposal has room at the steps of a layer, if it has."""


def wishes_of(
    layer: LayerCalls,
    steps: list[int],
    proposals: Sequence[Proposal],
    places_of: Places,
    numbers: Mapping[BufferOp, int],
    number: int,
) -> Iterator[Wish]:
    """How fast a layer is with how much scratch, up to what has room now.

    Where its calls need not be of one variant each is a wish of its own.
    """
    ordered = sorted(proposals, key=lambda item: (item.instructions, item.flash))
    families = families_of(ordered) if layer.kernel in WITHOUT_STATE else []
    apart = [([call], [step]) for call, step in zip(layer.calls, steps, strict=True)]
    whole = [(list(layer.calls), steps)]
    for calls, at in apart if families else whole:
        part = LayerCalls(tuple(calls))
        share = len(at) / len(steps)
        ways = [
            Way(
                round(item.instructions * share),
                item.scratch,
                item.scratch_field == "scratch",
                item.flash,
                families[i] if families else 0,
            )
            for i, item in enumerate(ordered)
        ]
        now, places = next(
            (
                (i, places)
                for i, item in enumerate(ordered)
                if (places := places_of(item, part, at)) is not None
            ),
            (len(ways), ()),
        )
        if now == len(ways):
            worst = max((way.instructions for way in ways), default=0)
            ways.append(Way(PORTABLE_FACTOR * worst, 0, family=PORTABLE))
        yield Wish(
            tuple(at),
            tuple(ways[: now + 1]),
            tuple(places),
            _planned_scratch(part, numbers),
            share,
            number,
            tuple(ways[now + 1 :]) if families else (),
        )


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
