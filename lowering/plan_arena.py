"""`plan-arena`: every buffer of the arena gets its offset."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from xdsl.context import Context
from xdsl.dialects.builtin import (
    BoolAttr,
    DictionaryAttr,
    IntegerAttr,
    ModuleOp,
    NameLoc,
    StringAttr,
    i64,
)
from xdsl.dialects.func import FuncOp
from xdsl.passes import ModulePass
from xdsl.utils.exceptions import PassFailedException

from lowering.accesses import arena_and_function, kernels_of
from lowering.arena.blocks import Block, Permission, Placement
from lowering.arena.bounds import lower_bound_bytes, peak
from lowering.arena.distance_model import SolverMissingError
from lowering.arena.exact import plan_exactly
from lowering.arena.first_fit import greedy_by_size
from lowering.arena.minimalloc import csv_text, read_offsets
from lowering.arena.plan import plan
from lowering.live_ranges import Problem, problem_of
from tinyts_dialect.tsbuf import MAX_ARENA_BYTES, ArenaOp, BufferOp, RowsOp


class Place(Protocol):
    """A planner: `plan`, or one that knows what it has placed before."""

    def __call__(
        self,
        blocks: Sequence[Block],
        alignment: int,
        *,
        overlaps: Sequence[Permission],
    ) -> Placement: ...


STRATEGIES = {"best": plan, "greedy": greedy_by_size, "exact": plan_exactly}


@dataclass(frozen=True)
class PlanArena(ModulePass):
    """Places the buffers at multiples of `alignment` bytes.

    An input or output in the arena of wider values is aligned to these at least.

    `strategy` is `greedy` (by decreasing size, as TFLite Micro plans), `best` (the
    smallest arena of several strategies) or `exact` (the same, then lowered or proven
    by a solver, which must be installed). With a `size`, an arena that is larger is an
    error.

    `csv_out` names a file that gets the buffers as MiniMalloc reads them, with their
    offsets; without these if they do not fit. `csv_in` names one from which offsets
    are taken instead.
    """

    name = "plan-arena"

    alignment: int = 4
    strategy: str = "best"
    size: int | None = None
    csv_out: str | None = None
    csv_in: str | None = None

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        self._check_options()
        arena, function = arena_and_function(op)
        problem = problem_of(function)
        alignment = max(self.alignment, _widest_value(function))
        placement = self._placement(problem, alignment)
        try:
            self._check_size(placement, problem, function)
        except PassFailedException:
            self._write_csv(csv_text(problem.blocks))
            raise
        self._write_csv(csv_text(problem.blocks, placement.offsets))
        _write(arena, placement, problem, alignment)

    def _check_options(self) -> None:
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

    def _placement(self, problem: Problem, alignment: int) -> Placement:
        blocks, overlaps = problem.blocks, problem.overlaps
        if self.csv_in is None:
            place = STRATEGIES[self.strategy]
            try:
                return place(blocks, alignment, overlaps=overlaps)
            except SolverMissingError as error:
                raise PassFailedException(
                    f"plan-arena: strategy 'exact': {error}; pip install "
                    "'tinyts[exact]', or use strategy=best"
                ) from error
        try:
            text = Path(self.csv_in).read_text(encoding="utf-8")
            offsets = read_offsets(text, blocks, alignment)
        except OSError as error:
            raise _cannot("read", self.csv_in, error) from error
        except ValueError as error:
            raise PassFailedException(f"plan-arena: {self.csv_in}: {error}") from error
        ends = [offset + b.size for offset, b in zip(offsets, blocks, strict=True)]
        top = -(-max(ends, default=0) // alignment) * alignment
        return Placement(offsets, top, "csv")

    def _write_csv(self, text: str) -> None:
        if self.csv_out is None:
            return
        try:
            Path(self.csv_out).write_text(text, encoding="utf-8")
        except (OSError, ValueError) as error:
            raise _cannot("write", self.csv_out, error) from error

    def _check_size(
        self, placement: Placement, problem: Problem, function: FuncOp
    ) -> None:
        needed = placement.arena_bytes
        _check_supported(needed)
        if self.size is None or needed <= self.size:
            return
        highest = peak(problem.blocks, self.alignment, problem.overlaps)
        reason = f"the smallest arena found is {needed} bytes"
        if highest.bytes > self.size:
            reason = (
                f"{_layer_at(function, highest.step)} needs {highest.bytes} bytes "
                f"alive at once; {reason}"
            )
        raise PassFailedException(
            f"plan-arena: {self.size} bytes are too few: {reason}"
        )


def place_module(module: ModuleOp, alignment: int, place: Place = plan) -> None:
    """What the pass does by default, with another planner than its own."""
    arena, function = arena_and_function(module)
    problem = problem_of(function)
    alignment = max(alignment, _widest_value(function))
    placement = place(problem.blocks, alignment, overlaps=problem.overlaps)
    _check_supported(placement.arena_bytes)
    _write(arena, placement, problem, alignment)


def _check_supported(needed: int) -> None:
    if needed > MAX_ARENA_BYTES:
        raise PassFailedException(
            f"plan-arena: the buffers need {needed} bytes, only "
            f"{MAX_ARENA_BYTES} are supported; use a smaller model or alignment"
        )


def _write(
    arena: ArenaOp, placement: Placement, problem: Problem, alignment: int
) -> None:
    for buffer, offset in zip(problem.buffers, placement.offsets, strict=True):
        buffer.offset = IntegerAttr(offset, i64)
    describe(arena, placement, problem, alignment)


def describe(
    arena: ArenaOp, placement: Placement, problem: Problem, alignment: int
) -> None:
    """Notes the size of a placed arena and how good the placement is.

    What was known of the arena before counts no more.
    """
    blocks, overlaps = problem.blocks, problem.overlaps
    bound = lower_bound_bytes(blocks, alignment, overlaps)
    bound = max(bound, placement.lower_bound)
    live = peak(blocks, alignment, overlaps).bytes
    arena.bytes = IntegerAttr(placement.arena_bytes, i64)
    arena.alignment = IntegerAttr(alignment, i64)
    arena.plan = DictionaryAttr(
        {
            "peak_live_bytes": IntegerAttr(live, i64),
            "lower_bound_bytes": IntegerAttr(bound, i64),
            "proven_optimal": BoolAttr.from_bool(placement.arena_bytes == bound),
            "strategy": StringAttr(placement.strategy),
        }
    )


def _widest_value(function: FuncOp) -> int:
    """Bytes of the widest value of an input or output that lies in the arena."""
    ports = [
        op.port.data
        for op in function.body.block.ops
        if isinstance(op, BufferOp | RowsOp) and op.port is not None
    ]
    return max((np.dtype(port.dtype).itemsize for port in ports), default=1)


def _layer_at(function: FuncOp, step: int) -> str:
    """The layer that a step computes; of what lives after all steps, the last one."""
    kernels = kernels_of(function)
    if not kernels:
        return "the function"
    kernel = kernels[min(step, len(kernels) - 1)]
    where = kernel.location
    name = f" '{where.desc.data}'" if isinstance(where, NameLoc) else ""
    return f"layer {kernel.layer.value.data}{name} ({kernel.kernel.data})"


def _cannot(do: str, file: str, error: Exception) -> PassFailedException:
    reason = error.strerror if isinstance(error, OSError) else error
    return PassFailedException(f"plan-arena: cannot {do} {file}: {reason}")


PASS = PlanArena
