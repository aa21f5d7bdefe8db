"""The best decision for a placed module: with its buffers where they lie, or moved."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from xdsl.dialects.builtin import IntegerAttr, i64
from xdsl.dialects.func import FuncOp

from lowering.kernel_choice.kernel_choices import Decision, Proposed, decide
from lowering.kernel_choice.kernel_variant import Proposal
from lowering.kernel_choice.scratch_places import SCRATCH_ALIGNMENT, ScratchPlaces
from lowering.kernel_choice.scratch_replan import replanned
from lowering.kernel_choice.scratch_room import Room, Wish, make_room, worth_trying
from lowering.kernel_choice.scratch_wishes import wishes_of, with_equal_bases_kept
from lowering.kernel_choice.worth import Objective
from lowering.live_ranges import Problem, problem_of
from tinyts_dialect.tsbuf import MAX_ARENA_BYTES, KernelOp

ROUNDS = 4
"""How often buffers move: the first time also all of them anew."""

BEYOND = 3
"""More percent of growth where the instructions are far from the unsplit schedule's."""

SLACK = 4096
"""Bytes of flash: weights of 16 bits for a small layer."""


@dataclass(frozen=True)
class BestDecision:
    """What is to be decided, and what the arena may grow to."""

    function: FuncOp
    room: ScratchPlaces
    """Where scratch has room in the arena as it was planned."""
    proposed: Sequence[Proposed]
    flash: int | None
    """Bytes for all constants."""
    size: int | None
    """Bytes that the arena may have at least."""
    spare: int
    """Percent by which it may grow beyond, as far as that is worth it."""
    besides: int
    """Instructions of all calls beside those of layers."""
    unsplit: int = 0
    """Those of the unsplit schedule, if known."""

    def find(self) -> Decision:
        """The decision of the least cost; the module's buffers lie where it says."""
        room = self.room
        best = self._decide(room)
        if room.alignment < SCRATCH_ALIGNMENT or room.limit == 0:
            return best
        problem = problem_of(self.function)
        places = [buffer.placed_offset() for buffer in problem.buffers]
        cost = self._cost(best)
        spare = self.spare
        for number in range(ROUNDS):
            before = best
            moves = self._moved(problem, places, best, spare, anew=number == 0)
            for moved in moves:
                _move(problem, moved.offsets)
                used = max(room.arena_bytes, moved.used)
                size = max(self.size or 0, moved.arena_bytes)
                trial = ScratchPlaces(self.function, used, size, room.alignment)
                decision = self._decide(trial)
                found = self._cost(decision)
                if found < cost:
                    best, places, cost = decision, moved.offsets, found
            _move(problem, places)
            if self._is_near(best):
                spare = self.spare
            elif best is before and spare == self.spare and self.spare:
                spare += BEYOND
            elif best is before:
                break
        return best

    @cached_property
    def objective(self) -> Objective:
        """What decisions are compared by."""
        return Objective(max(self.room.limit, 1), self.unsplit)

    def _cost(self, decision: Decision) -> float:
        arena_bytes = max(decision.room.arena_bytes, decision.room.limit)
        return self.objective.cost(self._instructions(decision), arena_bytes)

    def _is_near(self, decision: Decision) -> bool:
        """Whether it needs few more instructions than the unsplit schedule."""
        return self.objective.too_many(self._instructions(decision)) <= 1

    def _instructions(self, decision: Decision) -> int:
        return decision.instructions() + self.besides

    def _decide(self, room: ScratchPlaces) -> Decision:
        return decide(self.function, room, self.proposed, self.flash)

    @cached_property
    def _flash(self) -> dict[KernelOp, int]:
        """Bytes that layers have, by their first calls, where scratch is no matter."""
        arena_bytes, alignment = self.room.arena_bytes, self.room.alignment
        free = ScratchPlaces(self.function, arena_bytes, MAX_ARENA_BYTES, alignment)
        chosen = self._decide(free).chosen
        return {item.layer.calls[0]: item.choices[0].flash for item in chosen}

    def _moved(
        self,
        problem: Problem,
        offsets: Sequence[int],
        now: Decision,
        spare: int,
        *,
        anew: bool,
    ) -> Iterator[Room]:
        """Placements that may have more room for scratch than there is now."""
        room = now.room
        wishes = self._wishes(problem, room)
        total = self._instructions(now)
        wishes = [wish for wish in wishes if wish.ways[0].scratch]
        if not worth_trying(wishes, total):
            return
        problem = with_equal_bases_kept(problem, offsets)
        moved = make_room(
            problem,
            offsets,
            wishes,
            alignment=room.alignment,
            objective=self.objective,
            limit=max(room.arena_bytes, room.limit),
            spare=spare,
            total=total,
        )
        if moved is not None:
            yield moved
        if anew:
            yield from replanned(
                problem,
                wishes,
                alignment=room.alignment,
                limit=self.room.limit,
                spare=spare,
                total=total,
            )

    def _wishes(self, problem: Problem, room: ScratchPlaces) -> list[Wish]:
        numbers = {buffer: number for number, buffer in enumerate(problem.buffers)}
        return [
            wish
            for number, item in enumerate(self.proposed)
            if not item.library
            for wish in wishes_of(
                item.layer,
                item.steps,
                self._affordable(item),
                room.places,
                numbers,
                number,
            )
        ]

    def _affordable(self, item: Proposed) -> list[Proposal]:
        """What a layer can have flash for, about as much as it gets."""
        if self.flash is None:
            return item.proposals
        most = self._flash[item.layer.calls[0]] + SLACK
        return [other for other in item.proposals if other.flash <= most]


def _move(problem: Problem, offsets: Sequence[int]) -> None:
    for buffer, offset in zip(problem.buffers, offsets, strict=True):
        buffer.offset = IntegerAttr(offset, i64)
