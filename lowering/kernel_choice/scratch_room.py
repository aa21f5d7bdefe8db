"""Room for the scratch of kernel variants: the buffers of a placed arena move.

Scratch lies where nothing is alive during a call, and where that is, is an accident
of the placement. Here scratch takes part in it: layer by layer, those first that gain
the most, the eviction search looks for a place of the scratch of all calls, within the
bytes of the arena and then within a few more.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from lowering.arena.blocks import Block, Piece
from lowering.arena.bounds import live_units
from lowering.arena.conflicts import Ints, find_conflicts
from lowering.arena.eviction import Evictor
from lowering.arena.first_fit import UNPLACED
from lowering.kernel_choice.worth import Objective
from lowering.live_ranges import Problem

GAIN = 0.002
"""Share of all instructions that a layer must gain to be worth a try."""

SIZES = 4
"""Sizes of scratch that are tried for a layer."""

PATIENCE = 400
"""Steps of the eviction search for the calls of a layer."""

PATIENCE_OF_ONE = 60
"""The same for a call alone."""

EFFORT = 24_000
"""Steps for all layers together."""

GROWTH = 1
"""Percent by which the arena grows between two rounds."""


@dataclass(frozen=True)
class Way:
    """One way to compute a layer."""

    instructions: int
    scratch: int
    """Bytes, aligned as words."""
    replaces: bool = False
    """Whether the scratch takes the place of the one that the plan has."""
    flash: int = 0
    """Bytes of its constants and code."""
    family: int = 0
    """Which of the constants of the layer it reads."""


@dataclass(frozen=True)
class Wish:
    """Calls of a layer that may be faster with more scratch."""

    steps: tuple[int, ...]
    """Of its calls."""
    ways: tuple[Way, ...]
    """By ascending instructions; the last is the one that has room now."""
    places: tuple[int, ...]
    """Where its scratch lies now, of each step; empty without scratch."""
    owned: tuple[int | None, ...]
    """Buffers of the scratch that the plan has, of each step where it has one."""
    part: float = 1.0
    """Of the calls of its layer."""
    layer: int = 0
    """Wishes of one layer follow each other."""
    slower: tuple[Way, ...] = ()
    """More ways, by ascending instructions, that other calls of the layer may have."""


@dataclass(frozen=True)
class Room:
    """A placement that has room for more scratch."""

    offsets: tuple[int, ...]
    """Of the buffers of the problem, in bytes."""
    arena_bytes: int
    """With all scratch."""
    used: int
    """By the buffers of the problem alone."""


def make_room(
    problem: Problem,
    offsets: Sequence[int],
    wishes: Sequence[Wish],
    *,
    alignment: int,
    objective: Objective,
    limit: int,
    spare: int,
    total: int,
) -> Room | None:
    """A placement in which more layers have scratch; None where nothing is gained.

    All layers together take `total` instructions. The arena may have `limit` bytes;
    beyond the objective's, it may grow by `spare` percent as far as that is worth its
    instructions.
    """
    if not worth_trying(wishes, total):
        return None
    return _Movers(problem, offsets, wishes, alignment, total).moved(
        objective, limit, spare
    )


class _Movers:
    """The buffers of the problem, then a block for each step of each way."""

    def __init__(
        self,
        problem: Problem,
        offsets: Sequence[int],
        wishes: Sequence[Wish],
        alignment: int,
        total: int,
    ) -> None:
        self.alignment, self.total, self.wishes = alignment, total, wishes
        self.count = len(problem.blocks)
        self.now = [len(wish.ways) - 1 for wish in wishes]
        self.tried = [_worth_trying(wish, total) for wish in wishes]
        self.effort = EFFORT
        self.blocks = list(problem.blocks)
        self.members: dict[tuple[int, int], range] = {}
        start = list(offsets)
        for number, wish in enumerate(wishes):
            for way in (*self.tried[number], self.now[number]):
                first = len(self.blocks)
                self.blocks += _scratch(wish, wish.ways[way].scratch)
                self.members[number, way] = range(first, len(self.blocks))
                known = way == self.now[number] and wish.places
                start += wish.places if known else [-1] * (len(self.blocks) - first)
        self.conflicts = find_conflicts(self.blocks, alignment, problem.overlaps)
        self.offsets = self._in_units(start)
        self.evictor = Evictor(self.conflicts)
        steps, live = live_units(problem.blocks, alignment, problem.overlaps)
        self.live_steps, self.live = steps, live * alignment

    def _in_units(self, offsets: Sequence[int]) -> Ints:
        """Offsets in the units of the conflicts; UNPLACED where there is none."""
        unit = self.conflicts.unit
        known = np.array(offsets, np.int64)
        fits = (known >= 0) & (known % unit == 0)
        return np.where(fits, known // unit, UNPLACED)

    def moved(self, objective: Objective, limit: int, spare: int) -> Room | None:
        """Grows the arena round by round; the best of what was found."""
        best: Room | None = None
        least = objective.cost(self._instructions(), limit)
        for percent in range(0, spare + 1, GROWTH):
            capacity = objective.arena_bytes * (100 + percent) // 100
            if percent and capacity <= limit:
                continue
            self._fill(max(capacity, limit))
            if self.effort <= 0:
                break
            room = self._room()
            used = max(room.arena_bytes, limit)
            cost = objective.cost(self._instructions(), used)
            if cost < least:
                best, least = room, cost
        return best

    def _fill(self, capacity: int) -> None:
        """Gives layer after layer the best way that finds places."""
        order = sorted(
            (number for number, tried in enumerate(self.tried) if tried),
            key=lambda number: (-self._gain(number, self.tried[number][0]), number),
        )
        for number in order:
            for way in self.tried[number]:
                if way >= self.now[number] or self.effort <= 0:
                    break
                if self._fits(number, way, capacity) and self._place(
                    number, way, capacity
                ):
                    break

    def _gain(self, number: int, way: int) -> int:
        ways = self.wishes[number].ways
        return ways[self.now[number]].instructions - ways[way].instructions

    def _fits(self, number: int, way: int, capacity: int) -> bool:
        """Whether live bytes leave enough at every step, wherever they lie."""
        wish = self.wishes[number]
        at = np.searchsorted(self.live_steps, wish.steps, "right") - 1
        freed = 0
        if wish.ways[way].replaces:
            owned = (owner for owner in wish.owned if owner is not None)
            freed = max((self.blocks[owner].size for owner in owned), default=0)
        needed = int(self.live[at].max()) + wish.ways[way].scratch - freed
        return needed <= capacity

    def _place(self, number: int, way: int, capacity: int) -> bool:
        """Whether all scratch finds places with this way of a layer; they are kept."""
        old = self.now[number]
        alone = len(self.wishes[number].steps) == 1
        patience = PATIENCE_OF_ONE if alone else PATIENCE
        self.now[number] = way
        capacity //= self.conflicts.unit
        absent = self._absent()
        start = self.offsets.copy()
        start[absent] = UNPLACED
        attempt = self.evictor.search(
            start, capacity, min(patience, self.effort), absent
        )
        self.effort -= attempt.steps
        if attempt.succeeded:
            self.offsets = attempt.offsets
            return True
        self.now[number] = old
        return False

    def _absent(self) -> Ints:
        """Blocks that do not count: scratch of other ways, and what is replaced."""
        absent = np.ones(len(self.blocks), bool)
        absent[: self.count] = False
        for number, way in enumerate(self.now):
            members = self.members[number, way]
            absent[members.start : members.stop] = False
            wish = self.wishes[number]
            if wish.ways[way].replaces:
                owned = [owner for owner in wish.owned if owner is not None]
                absent[owned] = True
        return np.flatnonzero(absent)

    def _instructions(self) -> int:
        gained = sum(
            wish.ways[-1].instructions - wish.ways[way].instructions
            for wish, way in zip(self.wishes, self.now, strict=True)
        )
        return self.total - gained

    def _room(self) -> Room:
        """Scratch of the plan that is replaced lies at the new one's place."""
        offsets = self.offsets.copy()
        for number, way in enumerate(self.now):
            wish = self.wishes[number]
            if wish.ways[way].replaces:
                for owner, member in zip(
                    wish.owned, self.members[number, way], strict=True
                ):
                    if owner is not None:
                        offsets[owner] = offsets[member]
        present = offsets < UNPLACED
        ends = np.where(present, offsets + self.conflicts.sizes, 0)
        unit = self.conflicts.unit
        return Room(
            tuple((offsets[: self.count] * unit).tolist()),
            int(ends.max(initial=0)) * unit,
            int(ends[: self.count].max(initial=0)) * unit,
        )


def worth_trying(wishes: Sequence[Wish], total: int) -> bool:
    """Whether any layer would gain enough."""
    return any(_worth_trying(wish, total) for wish in wishes)


def _worth_trying(wish: Wish, total: int) -> list[int]:
    """The ways that gain enough, from the fastest on: a few of falling scratch."""
    found: list[int] = []
    now = wish.ways[-1].instructions
    for number, way in enumerate(wish.ways[:-1]):
        smaller = not found or way.scratch < wish.ways[found[-1]].scratch
        if smaller and now - way.instructions >= GAIN * wish.part * total:
            found.append(number)
    return found[:1] + found[1:][-(SIZES - 1) :]


def _scratch(wish: Wish, size: int) -> Iterator[Block]:
    """A block of its own for each call, if there is any scratch."""
    for step in wish.steps if size else ():
        yield Block(size, (Piece(0, size, step, step),))
