"""`plan-arena`: every buffer of the arena gets its offset."""

from __future__ import annotations

from dataclasses import dataclass

from xdsl.context import Context
from xdsl.dialects.builtin import (
    BoolAttr,
    DictionaryAttr,
    IntegerAttr,
    ModuleOp,
    StringAttr,
    i64,
)
from xdsl.passes import ModulePass
from xdsl.utils.exceptions import PassFailedException

from lowering.accesses import arena_and_function
from lowering.arena.blocks import Placement
from lowering.arena.bounds import lower_bound_bytes, peak_live_bytes
from lowering.arena.first_fit import greedy_by_size
from lowering.arena.plan import plan
from lowering.live_ranges import problem_of
from tinyts_dialect.tsbuf import MAX_ARENA_BYTES

STRATEGIES = ("best", "greedy")


@dataclass(frozen=True)
class PlanArena(ModulePass):
    """Places the buffers at multiples of `alignment` bytes.

    `strategy` is `greedy` (by decreasing size, as TFLite Micro plans) or `best` (the
    smallest arena of several strategies). With a `size`, an arena that is larger is an
    error.
    """

    name = "plan-arena"

    alignment: int = 4
    strategy: str = "best"
    size: int | None = None

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        if self.strategy not in STRATEGIES:
            raise PassFailedException(
                f"plan-arena: strategy '{self.strategy}' is not one of "
                f"{', '.join(STRATEGIES)}"
            )
        if self.size is not None and self.size < 0:
            raise PassFailedException(f"plan-arena: size {self.size} is negative")
        if self.alignment < 1 or self.alignment & (self.alignment - 1):
            raise PassFailedException(
                f"plan-arena: alignment {self.alignment} is not a power of two"
            )
        arena, function = arena_and_function(op)
        problem = problem_of(function)
        blocks, overlaps = problem.blocks, problem.overlaps
        place = plan if self.strategy == "best" else greedy_by_size
        placement = place(blocks, self.alignment, overlaps=overlaps)
        self._check_size(placement)
        for buffer, offset in zip(problem.buffers, placement.offsets, strict=True):
            buffer.offset = IntegerAttr(offset, i64)
        arena.bytes = IntegerAttr(placement.arena_bytes, i64)
        arena.alignment = IntegerAttr(self.alignment, i64)
        peak = peak_live_bytes(blocks, self.alignment, overlaps)
        bound = lower_bound_bytes(blocks, self.alignment, overlaps)
        arena.plan = DictionaryAttr(
            {
                "peak_live_bytes": IntegerAttr(peak, i64),
                "lower_bound_bytes": IntegerAttr(bound, i64),
                "proven_optimal": BoolAttr.from_bool(placement.arena_bytes == bound),
                "strategy": StringAttr(placement.strategy),
            }
        )

    def _check_size(self, placement: Placement) -> None:
        if placement.arena_bytes > MAX_ARENA_BYTES:
            raise PassFailedException(
                f"plan-arena: the buffers need {placement.arena_bytes} bytes, only "
                f"{MAX_ARENA_BYTES} are supported; use a smaller model or alignment"
            )
        if self.size is not None and placement.arena_bytes > self.size:
            raise PassFailedException(
                f"plan-arena: the buffers need {placement.arena_bytes} bytes, "
                f"only {self.size} are allowed"
            )


PASS = PlanArena
