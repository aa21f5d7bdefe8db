"""Where the scratch of calls lies in a placed arena."""

from __future__ import annotations

from xdsl.dialects.func import FuncOp

from lowering.arena.holes import Holes
from lowering.kernel_choice.kernel_variant import LayerCalls, Proposal
from lowering.live_ranges import lifetimes

SCRATCH_ALIGNMENT = 4
"""Bytes: variants keep words in their scratch."""


class ScratchPlaces:
    """Where scratch fits while a call runs."""

    def __init__(
        self, function: FuncOp, arena_bytes: int, size: int | None, alignment: int
    ) -> None:
        self.arena_bytes = arena_bytes
        self.limit = max(arena_bytes, size or 0)
        self.alignment = alignment
        lives = lifetimes(function)
        self.numbers = {buffer: number for number, buffer in enumerate(lives)}
        self.holes = Holes(
            (
                buffer.placed_offset() + piece.offset,
                buffer.placed_offset() + piece.offset + piece.size,
                piece.first,
                piece.last,
                self.numbers[buffer],
            )
            for buffer, life in lives.items()
            for piece in life.pieces(buffer.image.bytes)
        )

    def places(
        self, proposal: Proposal, layer: LayerCalls, steps: list[int]
    ) -> list[int] | None:
        """An offset for each of the steps, the same for all if possible."""
        size = proposal.scratch
        if size == 0:
            return []
        if self.alignment < SCRATCH_ALIGNMENT:
            return None
        old = layer.tables.get(proposal.scratch_field)
        owners = () if old is None else [
            self.numbers[buffer.owner]
            for buffer in old.buffers
            if buffer.owner in self.numbers
        ]

        def place(steps: list[int], limit: int) -> int | None:
            return self.holes.place(size, steps, limit, self.alignment, owners)

        for limit in (self.arena_bytes, self.limit):
            common = place(steps, limit)
            if common is not None:
                return [common] * len(steps)
        places = [place([step], self.limit) for step in steps]
        return None if None in places else [p for p in places if p is not None]

    def has(self, proposal: Proposal, layer: LayerCalls, steps: list[int]) -> bool:
        """Whether there is a place at each of the steps."""
        return self.places(proposal, layer, steps) is not None

    def use(self, size: int, places: list[int]) -> None:
        """Lets the arena reach around scratch."""
        end = max((place + size for place in places), default=0)
        needed = -(-end // self.alignment) * self.alignment
        self.arena_bytes = max(self.arena_bytes, needed)
