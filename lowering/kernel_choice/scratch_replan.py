"""Room for the scratch of kernel variants: the arena is planned anew around it.

Live bytes leave room at most steps, but not in one piece. Here every call gets the
fastest way whose scratch leaves the live bytes below a level, and buffers and scratch
are placed together, from the beginning. The level rises from the most bytes that live
at once, as long as the arena stays within what it may have.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import accumulate, groupby

import numpy as np

from lowering.arena.blocks import Block, Permission, Piece
from lowering.arena.bounds import live_units
from lowering.arena.plan import plan
from lowering.kernel_choice.calls_with_room import Option, assigned
from lowering.kernel_choice.scratch_room import GAIN, Room, Way, Wish
from lowering.kernel_choice.worth import CHEAP
from lowering.live_ranges import Problem

LEVELS = 8
"""Levels that are tried at most."""

MANY = 2_500
"""Blocks of which each placement takes seconds: those of tiles, which are not tried."""

FALL = 0.96
"""What a level is multiplied by until scratch fits."""

EFFORT = 12_000
"""Steps of the eviction search for each."""


def replanned(
    problem: Problem,
    wishes: Sequence[Wish],
    *,
    alignment: int,
    limit: int,
    spare: int,
    total: int,
) -> Iterator[Room]:
    """Placements with more and more scratch; as `make_room`.

    Levels that let the arena grow little are searched first: those between them and the
    most that is allowed lie far apart. Nothing is tried with `MANY` blocks.
    """
    if len(problem.blocks) > MANY:
        return
    steps, live = live_units(problem.blocks, alignment, problem.overlaps)
    at = np.searchsorted(steps, [s for wish in wishes for s in wish.steps], "right")
    needed = (live * alignment)[at - 1]
    peak = int(live.max(initial=0)) * alignment
    tried: dict[tuple[int, ...], Room] = {}
    yielded: set[tuple[int, ...]] = set()

    def levels(capacity: int) -> Iterator[Room]:
        level, low, high = peak, 0, capacity
        for _ in range(LEVELS):
            free = (level - needed).tolist()
            chosen = tuple(_chosen(wishes, problem.blocks, free, GAIN * total))
            if chosen not in tried:
                tried[chosen] = _placed(problem, wishes, chosen, alignment)
            fits = tried[chosen].arena_bytes <= capacity
            if fits and chosen not in yielded:
                yielded.add(chosen)
                yield tried[chosen]
            if not low and fits:
                low, level = level, high
                continue
            low, high = (level, high) if fits else (low, level)
            level = (low + high) // 2 if low else int(level * FALL)

    for percent in sorted({min(spare, CHEAP), spare}):
        yield from levels(limit * (100 + percent) // 100 // alignment * alignment)


def _chosen(
    wishes: Sequence[Wish], blocks: Sequence[Block], free: Sequence[int], least: float
) -> list[int]:
    """The way of each wish, for which all its steps have free bytes.

    One that gains less than `least` instructions of a layer is not worth a change.
    """
    chosen: list[int] = []
    ends = accumulate(len(wish.steps) for wish in wishes)
    room = [
        min(free[end - len(wish.steps) : end])
        for end, wish in zip(ends, wishes, strict=True)
    ]
    numbers = range(len(wishes))
    for _, group in groupby(numbers, key=lambda number: wishes[number].layer):
        members = list(group)
        fitting = [_fitting(wishes[n], blocks, room[n]) for n in members]
        now = [len(wishes[n].ways) - 1 for n in members]
        if len(members) == 1:
            ways = _all_ways(wishes[members[0]])
            found = [
                n
                for n in fitting[0]
                if ways[now[0]].instructions - ways[n].instructions >= least
            ]
            chosen += found[:1] or now
            continue
        # Calls that have room for nothing have a portable kernel as one more way.
        ways = max((_all_ways(wishes[n]) for n in members), key=len)
        options = [Option(way.instructions, way.family, way.flash) for way in ways]
        try:
            chosen += assigned(options, fitting, None)[0]
        except ValueError:
            chosen += now
    return chosen


def _all_ways(wish: Wish) -> tuple[Way, ...]:
    return (*wish.ways, *wish.slower)


def _fitting(wish: Wish, blocks: Sequence[Block], room: int) -> list[int]:
    """The ways whose scratch has room, and the one of now."""
    return [
        number
        for number, way in enumerate(_all_ways(wish))
        if way.scratch - _freed(way, wish, blocks) <= room
        or number == len(wish.ways) - 1
    ]


def _freed(way: Way, wish: Wish, blocks: Sequence[Block]) -> int:
    """Bytes of the plan's scratch that a way does without."""
    if not way.replaces:
        return 0
    owned = (owner for owner in wish.owned if owner is not None)
    return max((blocks[owner].size for owner in owned), default=0)


def _placed(
    problem: Problem, wishes: Sequence[Wish], chosen: Sequence[int], alignment: int
) -> Room:
    """All buffers but those that are replaced, and the scratch, placed together."""
    scratch: list[Block] = []
    replaced: dict[int, int] = {}  # a buffer of the problem to the scratch instead
    for wish, way in zip(wishes, chosen, strict=True):
        chosen_way = _all_ways(wish)[way]
        size = chosen_way.scratch
        for step, owner in zip(wish.steps if size else (), wish.owned, strict=False):
            if chosen_way.replaces and owner is not None:
                replaced[owner] = len(scratch)
            scratch.append(Block(size, (Piece(0, size, step, step),)))
    kept = [n for n in range(len(problem.blocks)) if n not in replaced]
    places = {number: place for place, number in enumerate(kept)}
    overlaps = tuple(
        Permission(places[item.writer], places[item.reader], item.trail)
        for item in problem.overlaps
        if item.writer in places and item.reader in places
    )
    blocks = [*(problem.blocks[number] for number in kept), *scratch]
    placement = plan(blocks, alignment, EFFORT, overlaps)
    offsets = [
        placement.offsets[
            places[number] if number in places else len(kept) + replaced[number]
        ]
        for number in range(len(problem.blocks))
    ]
    used = max(
        (offsets[number] + problem.blocks[number].size for number in kept), default=0
    )
    used = -(-used // alignment) * alignment
    return Room(tuple(offsets), placement.arena_bytes, used)
