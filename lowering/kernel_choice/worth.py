"""What a larger arena is worth: instructions against bytes."""

from __future__ import annotations

from dataclasses import dataclass
from math import log

CHEAP, WORTH = 3, 1.5
"""Percent of growth of which each has to save so many percent of the instructions."""

WORTH_MORE = 2.5
"""What each further percent has to save."""

NEAR = 1.042
"""Times the instructions of the unsplit schedule: more are too many."""

FAR = 9
"""How often what is too many counts beside once."""


@dataclass(frozen=True)
class Objective:
    """What placements of a schedule are compared by; less is better."""

    arena_bytes: int
    """Of the smallest, at least 1."""
    unsplit: int = 0
    """Estimated instructions of the schedule of whole tensors; 0: unknown."""

    def cost(self, instructions: int, arena_bytes: int) -> float:
        """The logarithm of the instructions, and what they and growth cost beside."""
        growth = max(arena_bytes, self.arena_bytes) / self.arena_bytes
        far = log(self.too_many(instructions))
        return log(max(instructions, 1)) + FAR * far + price(growth)

    def too_many(self, instructions: int) -> float:
        """How many times as many as are near the unsplit schedule's; 1 if they are."""
        return max(instructions / (NEAR * self.unsplit), 1.0) if self.unsplit else 1.0


def price(growth: float) -> float:
    """Logarithm of what an arena so many times as large has to save at least."""
    cheap = min(growth, 1 + CHEAP / 100)
    return WORTH * log(cheap) + WORTH_MORE * log(growth / cheap)
