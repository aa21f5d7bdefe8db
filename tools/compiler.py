"""From a model file to a program: import, passes, choice of the schedule."""

from __future__ import annotations

import gc
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property, partial
from hashlib import sha256
from pathlib import Path

from xdsl.dialects.builtin import ArrayAttr, IntegerAttr, ModuleOp
from xdsl.dialects.func import FuncOp

from emitc.program import Program
from emitc.read_program import read_program
from lowering.accesses import arena_and_function, arena_bytes, kernels_of
from lowering.choose_kernels import estimated_instructions
from lowering.kernel_choice.flash_choice import FlashError
from lowering.pipelines import (
    SPARE,
    choosing_pass,
    finishing_passes,
    lowering_passes,
    placing_passes,
)
from lowering.stages.plan import Plan
from lowering.variables import persistent_bytes
from tinyts_dialect.attributes import ConstantChannelsAttr
from tinyts_dialect.tsbuf import MAX_ARENA_BYTES
from tools.explore import ExplorePoint
from tools.flash_budget import constants_budget, flash_limit
from tools.import_tflite import identifier, import_tflite
from tools.options import CompileOptions
from tools.planner import Planner, is_for_arena
from tools.run_passes import run_passes
from tools.tflite_file import read_tflite_path
from tools.user_errors import UserError


@dataclass(frozen=True)
class Compiled:
    """A compiled model."""

    path: Path
    name: str
    options: CompileOptions
    model_sha256: str
    imported: ModuleOp
    """The network as imported: whole tensors, in the order of the file."""
    placed: ModuleOp
    """The module with kernels and offsets, from which C is printed."""
    plan: Plan | None = None
    """The plan that was found, where one was searched."""
    file_bytes: int = 0
    """Size of the model file."""

    @cached_property
    def unfused(self) -> Compiled:
        """The same plan without fused kernels: every tensor exists in memory."""
        if self.plan is None or not self.fused_layers:
            return self
        placed = Planner(self.imported, self.options).unfused(self.plan)
        _finish(placed, self.options, self.file_bytes)
        return replace(self, placed=placed, plan=None)

    @cached_property
    def program(self) -> Program:
        """The C program as data."""
        return read_program(self.placed)

    @cached_property
    def constant_channels(self) -> dict[int, tuple[tuple[int, int | None], ...]]:
        """Channels that were removed from layers, with their values where known."""
        return {
            kernel.layer.value.data: removed.data
            for kernel in kernels_of(arena_and_function(self.placed)[1])
            if isinstance(
                removed := kernel.attributes.get("constant_channels"),
                ConstantChannelsAttr,
            )
        }

    @cached_property
    def fused_layers(self) -> frozenset[int]:
        """Tensors that exist only inside a kernel, a few rows or pixels at a time."""
        return frozenset(
            number.value.data
            for kernel in kernels_of(arena_and_function(self.placed)[1])
            if isinstance(fused := kernel.attributes.get("fused_layers"), ArrayAttr)
            for number in fused
            if isinstance(number, IntegerAttr)
        )

    @property
    def arena_bytes(self) -> int:
        """Size of the one static array."""
        return self.program.arena_bytes


@contextmanager
def _without_garbage_collection() -> Generator[None, None, None]:
    """A large module lives through a compilation: to look for cycles in it is slow."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


@_without_garbage_collection()
def compile_path(path: Path, options: CompileOptions) -> Compiled:
    """Compiles a model file; raises TFLiteError, UserError or a pass's error."""
    data = read_tflite_path(path)
    name = options.name or identifier(path.stem)
    imported = import_tflite(data, name)
    placed, plan = _choose(imported, options, len(data))
    digest = sha256(data).hexdigest()
    return Compiled(path, name, options, digest, imported, placed, plan, len(data))


def explore(path: Path, options: CompileOptions) -> list[ExplorePoint]:
    """Schedules of a model with what each costs, for `tinyts-compile --explore`."""
    imported = import_tflite(read_tflite_path(path), options.name or "model")
    planner = Planner(imported, options)
    return [
        ExplorePoint(
            arena_bytes=choice.arena_bytes,
            estimated_instructions=planner.instructions(choice.plan),
            kernel_calls=choice.kernel_calls,
            description=choice.plan.description(),
            schedule={"sram_limit": choice.arena_bytes},
        )
        for choice in planner.frontier()
    ]


def _choose(
    imported: ModuleOp, options: CompileOptions, file_bytes: int
) -> tuple[ModuleOp, Plan | None]:
    limit, state = options.sram_limit, _state_bytes(imported, options.alignment)
    if limit is not None:
        options = replace(options, sram_limit=max(limit - state, 0))
    if options.optimize == "none":
        return _finish(_fixed(imported, options), options, file_bytes), None
    planner = Planner(imported, options)
    unsplit = 0
    if options.optimize == "sram":
        smallest = planner.smallest()
        spare = _spare(options)
        choice = planner.worth(smallest, spare)
        most = smallest.arena_bytes * (100 + spare)
        left = most // max(choice.arena_bytes, 1) - 100
        if left and not is_for_arena(choice.plan):
            unsplit = _unsplit_instructions(imported, options, file_bytes)
    else:
        choice, left = planner.fastest(options.sram_limit), 0
    _finish(choice.placed, options, file_bytes, left, unsplit)
    needed = arena_bytes(choice.placed) + state
    if limit is not None and needed > limit:
        raise UserError(
            f"--sram-limit: the model needs {needed} bytes at least, more than {limit}"
        )
    return choice.placed, choice.plan


def _state_bytes(imported: ModuleOp, alignment: int) -> int:
    """Bytes of variables, which count against a limit as the arena does."""
    functions = [op for op in imported.body.block.ops if isinstance(op, FuncOp)]
    return sum(persistent_bytes(function, alignment) for function in functions)


def _fixed(imported: ModuleOp, options: CompileOptions) -> ModuleOp:
    """A schedule without a search: one height for all slices, or whole tensors.

    It is verified when its kernels have been chosen.
    """
    lowering = lowering_passes(
        split_height=options.split_height,
        split_width=options.split_width,
        order=options.exec_order,
        fold_channels=options.fold_channels == "on",
        input=options.input,
        output=options.output,
    )
    placing = placing_passes(options.alignment, verify=False)
    return run_passes(imported.clone(), f"{lowering},{placing}", verify=False)


def _finish(
    placed: ModuleOp,
    options: CompileOptions,
    file_bytes: int,
    spare: int = 0,
    unsplit: int = 0,
) -> ModuleOp:
    """Chooses the kernels of a placed module and verifies it.

    Scratch that is worth it may let the arena grow by `spare` percent, more where the
    instructions are far from those of the `unsplit` schedule.
    """
    limit = flash_limit(options, file_bytes, placed)
    budget = constants_budget(placed, limit)
    finishing = partial(
        finishing_passes,
        target=options.target,
        kernels=options.kernels,
        size=_room_for_scratch(options),
        spare=spare or None,
        unsplit=unsplit or None,
    )
    try:
        return run_passes(placed, finishing(flash=budget))
    except FlashError as error:
        if options.flash_limit is not None:
            raise UserError(
                f"--flash-limit: the model needs {error.needed - budget + limit} bytes "
                f"at least, as estimated, more than {limit}"
            ) from error
        return run_passes(placed, finishing(flash=error.needed))


def _unsplit_instructions(
    imported: ModuleOp, options: CompileOptions, file_bytes: int
) -> int:
    """Estimated instructions of whole tensors, as `--optimize none` makes them.

    0 where nothing is estimated.
    """
    options = replace(options, optimize="none", fold_channels="off")
    whole = _fixed(imported, options)
    budget = constants_budget(whole, flash_limit(options, file_bytes, whole))
    choosing = partial(
        choosing_pass,
        target=options.target,
        kernels=options.kernels,
        size=_room_for_scratch(options),
    )
    try:
        run_passes(whole, choosing(flash=budget))
    except FlashError as error:
        run_passes(whole, choosing(flash=error.needed))
    return estimated_instructions(whole)


def _spare(options: CompileOptions) -> int:
    """Percent by which the smallest arena may grow for speed; others do not."""
    return SPARE if options.sram_limit is None else 0


def _room_for_scratch(options: CompileOptions) -> int | None:
    """What the arena may grow to for scratch of kernels; None: it stays as it is.

    A library's kernels get what they need unless the arena shall be the smallest.
    """
    limit = options.sram_limit
    free = options.kernels != "tinyts" and options.optimize != "sram"
    return MAX_ARENA_BYTES if free and limit is None else limit
