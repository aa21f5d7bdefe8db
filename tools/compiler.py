"""From a model file to a program: import, passes, choice of the schedule."""

from __future__ import annotations

import gc
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property, partial
from hashlib import sha256
from pathlib import Path

from xdsl.context import Context
from xdsl.dialects.builtin import ArrayAttr, IntegerAttr, ModuleOp
from xdsl.dialects.func import FuncOp
from xdsl.passes import PassPipeline

from emitc.program import Program, read_program
from lowering.accesses import arena_and_function, kernels_of
from lowering.arena.bounds import peak_live_bytes
from lowering.choose_kernels import ESTIMATE, FlashError
from lowering.live_ranges import problem_of
from lowering.pipelines import (
    all_passes,
    choosing_pass,
    finishing_passes,
    lowering_passes,
    placing_passes,
    planned_passes,
    whole_tensor_passes,
)
from lowering.plan_stages import ROOM, progress_on_stderr, write_plan
from lowering.stages.cost_model import stage_instructions
from lowering.stages.graph import read_graph
from lowering.stages.plan import Plan, Stage
from lowering.stages.search import GROUPS, Freedom, Search
from lowering.stages.tiling import WORTH, WORTH_PLACING, tiled
from lowering.variables import persistent_bytes
from tinyts_dialect.attributes import ConstantChannelsAttr
from tinyts_dialect.ops.conv_2d import Conv2DOp
from tools.explore import ExplorePoint
from tools.flash_budget import constants_budget, flash_limit
from tools.import_tflite import identifier, import_tflite
from tools.options import CompileOptions
from tools.tflite_file import read_tflite_path
from tools.user_errors import UserError

ATTEMPTS = 12
"""Plans that are placed until one fits a limit."""

RETREAT = 0.96
"""The peak of the next plan, where the arena of one was too large."""

WELL_PLACED = 1.01
"""An arena of this many times its plan's peak is not worth another plan."""

WORTH_TRYING = 1.015
"""A plan is placed if its peak is lower than the best arena by this factor."""

SLOW = frozenset({"conv_2d", "depthwise_conv_2d", "fused_pixels", "fused_rows"})
"""Portable kernels that take most of the time wherever they are called."""

EXPLORED = 10
"""Arenas between the smallest and the largest that `explore` tries."""


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
        placed = Planner(self.imported, self.options).placed(self.plan, fuse=False)
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
            arena_bytes=arena_bytes(choice.placed),
            estimated_instructions=planner.instructions(choice.plan),
            kernel_calls=_calls(choice.placed),
            description=choice.plan.description(),
            schedule={"sram_limit": arena_bytes(choice.placed)},
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
    if options.optimize == "sram":
        choice = planner.smallest()
    else:
        choice = planner.fastest(options.sram_limit)
    _finish(choice.placed, options, file_bytes)
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


def arena_bytes(module: ModuleOp) -> int:
    """Size of a placed module's arena."""
    arena, _ = arena_and_function(module)
    return 0 if arena.bytes is None else arena.bytes.value.data


def _calls(module: ModuleOp) -> int:
    return len(kernels_of(arena_and_function(module)[1]))


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
    return _run(imported.clone(), f"{lowering},{placing}", verify=False)


def _concatenates(lowered: ModuleOp) -> bool:
    kernels = kernels_of(arena_and_function(lowered)[1])
    return any(kernel.kernel.data == "concatenation" for kernel in kernels)


def _finish(placed: ModuleOp, options: CompileOptions, file_bytes: int) -> ModuleOp:
    """Chooses the kernels of a placed module and verifies it."""
    limit = flash_limit(options, file_bytes, placed)
    budget = constants_budget(placed, limit)
    target, size = options.target, options.sram_limit
    try:
        return _run(placed, finishing_passes(target=target, size=size, flash=budget))
    except FlashError as error:
        if options.flash_limit is not None:
            raise UserError(
                f"--flash-limit: the model needs {error.needed - budget + limit} bytes "
                f"at least, as estimated, more than {limit}"
            ) from error
        budget = error.needed
        return _run(placed, finishing_passes(target=target, size=size, flash=budget))


def _run(module: ModuleOp, pipeline: str, *, verify: bool = True) -> ModuleOp:
    PassPipeline.parse_spec(all_passes(), pipeline).apply(Context(), module)
    if verify:
        module.verify()
    return module


@dataclass(frozen=True)
class Choice:
    """A plan and the module that it became."""

    plan: Plan
    placed: ModuleOp

    @property
    def arena_bytes(self) -> int:
        """Size of its arena."""
        return arena_bytes(self.placed)


class Planner:
    """Searches for plans of one network and places what it finds."""

    def __init__(self, imported: ModuleOp, options: CompileOptions) -> None:
        self.options = options
        fold = options.fold_channels == "on"
        self.module = _run(imported.clone(), whole_tensor_passes(fold_channels=fold))
        self.function = next(
            op for op in self.module.body.block.ops if isinstance(op, FuncOp)
        )
        self.graph = read_graph(self.function, options.input, options.output)
        self.progress = progress_on_stderr()
        self._searches: dict[str, Search] = {}
        self._smallest: dict[str, tuple[int, list[Stage]]] = {}

    def search(self, overlap: str) -> Search:
        """The search that counts on overlaps of a kind."""
        if overlap not in self._searches:
            freedom = Freedom(overlap=overlap)
            self._searches[overlap] = Search(
                self.graph, freedom, self.options.alignment, self.progress
            )
        return self._searches[overlap]

    def _peak(self, overlap: str) -> tuple[int, list[Stage]]:
        if overlap not in self._smallest:
            search = self.search(overlap)
            self._smallest[overlap] = search.recomputing(
                *search.smallest(), self.options.recompute
            )
        return self._smallest[overlap]

    def placed(self, plan: Plan, fuse: bool = True) -> ModuleOp:
        """The module of a plan, with every buffer at its offset."""
        write_plan(self.graph, plan)
        passes = partial(
            planned_passes,
            input=self.options.input,
            output=self.options.output,
            fuse=fuse,
            overlap=plan.overlap,
        )
        lowered = _run(self.module.clone(), passes())
        if _concatenates(lowered):
            in_place = _run(self.module.clone(), passes(concatenation="in-place"))
            lowered = min(in_place, lowered, key=self._bound)
        return _run(lowered, placing_passes(self.options.alignment, verify=False))

    def _bound(self, lowered: ModuleOp) -> int:
        """No arena of a lowered module is smaller."""
        problem = problem_of(arena_and_function(lowered)[1])
        alignment = self.options.alignment
        return peak_live_bytes(problem.blocks, alignment, problem.overlaps)

    def _choice(self, plan: Plan) -> Choice:
        self.progress(f"{len(plan.stages)} stages: placing the buffers")
        return Choice(plan, self.placed(plan))

    def smallest(self) -> Choice:
        """The smallest arena; of equal ones that of the fewest calls.

        Overlaps at a distance lower the peak and make buffers harder to place, so plans
        are tried that count on them and plans that do not.
        """
        search, stages = self._found("same")
        best = self._choice(search.plan(stages))
        for plan in self._variations(search, stages):
            if best.arena_bytes <= search.peak(best.plan) * WELL_PLACED:
                break
            best = self._better(best, search, plan)
        search, stages = self._found("trail")
        plan = search.plan(stages)
        if search.peak(plan) * WORTH_TRYING <= best.arena_bytes:
            best = self._better(best, search, plan)
        return self._tiled(best) if self.options.tiles == "on" else best

    def _tiled(self, best: Choice) -> Choice:
        """A plan with tiles, if its arena is so much smaller that it is worth that."""
        found: list[tuple[int, Plan]] = []
        for overlap in ("same", "trail"):
            search = self.search(overlap)
            reached = tiled(search, *self._peak(overlap))
            if reached is not None:
                peak, stages = reached
                plan = search.plan(search.cheapest(peak, stages, room=ROOM))
                found.append((peak, plan))
        peak, plan = min(found, key=lambda item: item[0], default=(0, None))
        if plan is None or peak > best.arena_bytes * WORTH_PLACING:
            return best
        choice = self._choice(plan)
        worth_it = choice.arena_bytes <= best.arena_bytes * WORTH
        return choice if worth_it else best

    def _found(self, overlap: str) -> tuple[Search, list[Stage]]:
        """The stages of the smallest peak, those that need not bind in tall slices."""
        peak, stages = self._peak(overlap)
        search = self.search(overlap)
        return search, search.cheapest(peak, stages, room=ROOM)

    def _better(self, best: Choice, search: Search, plan: Plan) -> Choice:
        if search.peak(plan) >= best.arena_bytes:
            return best
        choice = self._choice(plan)
        return choice if choice.arena_bytes < best.arena_bytes else best

    @staticmethod
    def _variations(search: Search, stages: list[Stage]) -> Iterator[Plan]:
        """The same cuts with every pair fused, and with other groups of channels.

        Their peaks are no lower, but buffers of few sizes are easier to place.
        """
        uniform = [search.uniform(stage) for stage in stages]
        yield search.plan(uniform)
        for group in GROUPS:
            yield search.plan([replace(stage, group=group) for stage in uniform])

    def fastest(self, limit: int | None) -> Choice:
        """The fewest estimated instructions whose arena fits; else the smallest.

        Kernels are faster with scratch, so a plan is tried too that leaves room for it.
        """
        search = self.search(overlap="same")
        if limit is None:
            return self._choice(search.plan(search.cheapest(None, (), self.price)))
        choice = self._fitting(limit, limit)
        if choice is None:
            return self.smallest()
        roomy = self._fitting(limit - self._scratch(), limit)
        if roomy is None or roomy.plan == choice.plan:
            return choice
        return min(choice, roomy, key=self._estimate)

    def _fitting(self, aim: int, limit: int) -> Choice | None:
        """A plan whose peak is at most `aim` and whose arena fits a limit."""
        search = self.search(overlap="same")
        peak, stages = self._peak(overlap="same")
        tried: list[Plan] = []
        while aim >= max(peak, 1) and len(tried) < ATTEMPTS:
            plan = search.plan(search.cheapest(aim, stages, self.price))
            aim = int(aim * RETREAT)
            if plan in tried:
                continue
            tried.append(plan)
            choice = self._choice(plan)
            if choice.arena_bytes <= limit:
                return choice
        return None

    def _scratch(self) -> int:
        """Bytes that every convolution could use: four for each value of a window."""
        return max(
            (
                4 * node.op.macs() // self.graph.tensors[node.output].bytes
                for node in self.graph.nodes
                if isinstance(node.op, Conv2DOp)
            ),
            default=0,
        )

    def _estimate(self, choice: Choice) -> tuple[int, int]:
        """How many calls stay with slow kernels, and estimated instructions."""
        placed = choice.placed.clone()
        target, size = self.options.target, self.options.sram_limit
        _run(placed, choosing_pass(target=target, size=size))
        arena, function = arena_and_function(placed)
        slow = sum(
            call.variant is None and call.kernel.data in SLOW
            for call in kernels_of(function)
        )
        estimate = arena.attributes.get(ESTIMATE)
        known = estimate.value.data if isinstance(estimate, IntegerAttr) else 0
        return slow, known

    def price(self, stage: Stage, calls: int) -> int:
        """Estimated instructions of a stage."""
        return stage_instructions(self.graph, stage, calls)

    def instructions(self, plan: Plan) -> int:
        """Estimated instructions of a plan."""
        search = self.search(overlap="same")
        return sum(self.price(s, search.costs.of(s).calls) for s in plan.stages)

    def frontier(self) -> list[Choice]:
        """Plans from the smallest arena to the fewest instructions."""
        choices = [self.smallest(), self.fastest(None)]
        low, high = (choice.arena_bytes for choice in choices)
        for step in range(1, EXPLORED):
            limit = round(low * (high / max(low, 1)) ** (step / EXPLORED))
            choices.append(self.fastest(limit))
        return choices
