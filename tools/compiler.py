"""From a model file to a program: import, passes, choice of the schedule."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path

from xdsl.context import Context
from xdsl.dialects.builtin import ArrayAttr, IntegerAttr, ModuleOp
from xdsl.passes import PassPipeline

from emitc.program import Program, read_program
from lowering.accesses import arena_and_function, kernels_of
from lowering.arena.bounds import peak_live_bytes
from lowering.live_ranges import problem_of
from lowering.pipelines import all_passes, lowering_passes, placing_passes
from tinyts_dialect.attributes import ConstantChannelsAttr
from tools.explore import ExplorePoint
from tools.import_tflite import identifier, import_tflite
from tools.options import CompileOptions
from tools.tflite_file import read_tflite_path
from tools.user_errors import UserError

SEARCHED_HEIGHTS = (1, 2, 4)
"""Split heights that `--optimize sram` and `speed` try, in both orders."""


@dataclass(frozen=True)
class Schedule:
    """One way to cut and order the network; no height means whole tensors."""

    height: int | None
    order: str = "df"


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


def compile_path(path: Path, options: CompileOptions) -> Compiled:
    """Compiles a model file; raises TFLiteError, UserError or a pass's error."""
    data = read_tflite_path(path)
    name = options.name or identifier(path.stem)
    imported = import_tflite(data, name)
    placed = _choose(imported, options)
    return Compiled(path, name, options, sha256(data).hexdigest(), imported, placed)


def explore(path: Path, options: CompileOptions) -> list[ExplorePoint]:
    """Schedules of a model with what each costs, for `tinyts-compile --explore`."""
    raise UserError("--explore: there is no search for the frontier yet")


def _choose(imported: ModuleOp, options: CompileOptions) -> ModuleOp:
    if options.optimize == "none":
        schedule = Schedule(options.split_height, options.exec_order)
        return _place(_lower(imported, schedule, options), options)
    candidates = [_lower(imported, s, options) for s in _searched_schedules()]
    if options.optimize == "sram":
        best = _smallest(candidates, options)
        _check_limit(best, options.sram_limit)
        return best
    return _fastest(candidates, options)


def _searched_schedules() -> Iterator[Schedule]:
    yield Schedule(None)
    for height in SEARCHED_HEIGHTS:
        for order in ("df", "bf"):
            yield Schedule(height, order)


def _smallest(candidates: list[ModuleOp], options: CompileOptions) -> ModuleOp:
    """The smallest arena; among equal ones that with the fewest kernel calls.

    Candidates are placed in the order of their bounds, until the next bound is no
    better than the best arena.
    """
    ordered = sorted(candidates, key=lambda c: (_bound(c, options), _calls(c)))
    best = _place(ordered[0], options)
    for candidate in ordered[1:]:
        if _bound(candidate, options) >= arena_bytes(best):
            break
        placed = _place(candidate, options)
        if arena_bytes(placed) < arena_bytes(best):
            best = placed
    return best


def _fastest(candidates: list[ModuleOp], options: CompileOptions) -> ModuleOp:
    """The fewest kernel calls whose arena fits; an error names the least that would."""
    limit = options.sram_limit
    for candidate in sorted(candidates, key=lambda c: (_calls(c), _bound(c, options))):
        if limit is not None and _bound(candidate, options) > limit:
            continue
        placed = _place(candidate, options)
        if limit is None or arena_bytes(placed) <= limit:
            return placed
    smallest = _smallest(candidates, options)
    _check_limit(smallest, limit)
    return smallest


def _check_limit(module: ModuleOp, limit: int | None) -> None:
    needed = arena_bytes(module)
    if limit is not None and needed > limit:
        raise UserError(
            f"--sram-limit: the model needs {needed} bytes at least, more than {limit}"
        )


def arena_bytes(module: ModuleOp) -> int:
    """Size of a placed module's arena."""
    arena, _ = arena_and_function(module)
    return 0 if arena.bytes is None else arena.bytes.value.data


def _calls(module: ModuleOp) -> int:
    return len(kernels_of(arena_and_function(module)[1]))


def _bound(module: ModuleOp, options: CompileOptions) -> int:
    function = arena_and_function(module)[1]
    problem = problem_of(function)
    return peak_live_bytes(problem.blocks, options.alignment, problem.overlaps)


def _lower(imported: ModuleOp, schedule: Schedule, options: CompileOptions) -> ModuleOp:
    return _run(
        imported.clone(),
        lowering_passes(
            split_height=schedule.height,
            order=schedule.order,
            fold_channels=options.fold_channels == "on",
            input=options.input,
            output=options.output,
        ),
    )


def _place(lowered: ModuleOp, options: CompileOptions) -> ModuleOp:
    return _run(lowered, placing_passes(options.alignment))


def _run(module: ModuleOp, pipeline: str) -> ModuleOp:
    PassPipeline.parse_spec(all_passes(), pipeline).apply(Context(), module)
    module.verify()
    return module
