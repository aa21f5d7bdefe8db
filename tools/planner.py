"""The plan of a network: searched, placed, and compared with others."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from math import log

import numpy as np
from xdsl.dialects.builtin import ModuleOp
from xdsl.dialects.func import FuncOp

from lowering.accesses import arena_and_function, arena_bytes, kernels_of
from lowering.arena.blocks import Block, Permission, Placement
from lowering.arena.bounds import peak_live_bytes
from lowering.arena.first_fit import greedy_by_size
from lowering.arena.plan import plan as plan_blocks
from lowering.choose_kernels import estimated_instructions
from lowering.kernel_choice.worth import price as price_of_growth
from lowering.live_ranges import problem_of
from lowering.pipelines import (
    choosing_pass,
    planned_passes,
    whole_tensor_passes,
)
from lowering.plan_arena import place_module
from lowering.plan_stages import ROOM, progress_on_stderr, write_plan
from lowering.signature import ports_of
from lowering.stages.blocks import blocks_of_trace, is_exact
from lowering.stages.cost_model import stage_instructions
from lowering.stages.graph import read_graph
from lowering.stages.one_stage import one_stage
from lowering.stages.plan import Plan, Stage
from lowering.stages.search import Search
from lowering.stages.simulation import Simulator
from lowering.stages.tiling import WORTH, WORTH_PLACING, tiled
from lowering.stages.variants import GROUPS, Freedom
from tinyts_dialect.ops.conv_2d import Conv2DOp
from tools.options import CompileOptions
from tools.run_passes import run_passes

ATTEMPTS = 12
"""Plans that are placed until one fits a limit."""

RETREAT = 0.96
"""The peak of the next plan, where the arena of one was too large."""

WELL_PLACED = 1.01
"""An arena of this many times its plan's peak is not worth another plan."""

WORTH_TRYING = 1.015
"""A plan is placed if its peak is lower than the best arena by this factor."""

PACKED = 1.05
"""No plan whose arena is larger than so many times its peak is taken for its speed."""

SLOW = frozenset(
    {"conv_2d", "depthwise_conv_2d", "fused_block", "fused_pixels", "fused_rows"}
)
"""Portable kernels that take most of the time wherever they are called."""

EXPLORED = 10
"""Arenas between the smallest and the largest that `explore` tries."""


@dataclass(frozen=True)
class Choice:
    """A plan, the arena that it needs, and the module that it becomes."""

    plan: Plan
    arena_bytes: int
    kernel_calls: int
    place: Callable[[Plan], ModuleOp]

    @cached_property
    def placed(self) -> ModuleOp:
        """The module, made when it is first asked for."""
        return self.place(self.plan)


class _Placements:
    """Placements of blocks, each searched for once."""

    def __init__(self) -> None:
        self._known: dict[tuple[object, ...], Placement] = {}

    def __call__(
        self,
        blocks: Sequence[Block],
        alignment: int,
        *,
        overlaps: Sequence[Permission],
    ) -> Placement:
        key = tuple(blocks), alignment, frozenset(overlaps)
        if key not in self._known:
            self._known[key] = plan_blocks(blocks, alignment, overlaps=overlaps)
        return self._known[key]


class Planner:
    """Searches for plans of one network and places what it finds."""

    def __init__(self, imported: ModuleOp, options: CompileOptions) -> None:
        self.options = options
        fold = options.fold_channels == "on"
        whole = whole_tensor_passes(fold_channels=fold)
        self.module = run_passes(imported.clone(), whole)
        self.function = next(
            op for op in self.module.body.block.ops if isinstance(op, FuncOp)
        )
        self.graph = read_graph(self.function, options.input, options.output)
        self.progress = progress_on_stderr()
        self._is_exact = is_exact(self.graph)
        self._place = _Placements()
        self._choices: dict[Plan, Choice] = {}
        self._searches: dict[str, Search] = {}
        self._smallest: dict[str, tuple[int, list[Stage]]] = {}

    def search(self, overlap: str) -> Search:
        """The search that counts on overlaps of a kind."""
        if overlap not in self._searches:
            blocks = self.options.tiles == "on"
            freedom = Freedom(overlap=overlap, blocks=blocks)
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

    def placed(self, plan: Plan) -> ModuleOp:
        """The module of a plan, with every buffer at its offset."""
        lowered = self._lowered(plan, fuse=True)
        place_module(lowered, self.options.alignment, self._place)
        return lowered

    def unfused(self, plan: Plan) -> ModuleOp:
        """The same without fused kernels, in an arena of any size."""
        lowered = self._lowered(plan, fuse=False)
        place_module(lowered, self.options.alignment, greedy_by_size)
        return lowered

    def _lowered(self, plan: Plan, fuse: bool) -> ModuleOp:
        """Kernels on unplaced buffers; what is chosen is verified in the end."""
        write_plan(self.graph, plan)
        passes = partial(
            planned_passes,
            input=self.options.input,
            output=self.options.output,
            fuse=fuse,
            overlap=plan.overlap,
        )
        module = self.module
        lowered = run_passes(module.clone(), passes(), verify=False)
        if _concatenates(lowered):
            in_place = passes(concatenation="in-place")
            joined = run_passes(module.clone(), in_place, verify=False)
            lowered = min(joined, lowered, key=self._bound)
        return lowered

    def _bound(self, lowered: ModuleOp) -> int:
        """No arena of a lowered module is smaller."""
        problem = problem_of(arena_and_function(lowered)[1])
        alignment = self.options.alignment
        return peak_live_bytes(problem.blocks, alignment, problem.overlaps)

    def _choice(self, plan: Plan) -> Choice:
        """A plan with its arena, as a simulation of it shows where that is exact."""
        if plan not in self._choices:
            self.progress(f"{len(plan.stages)} stages: placing the buffers")
            choose = self._simulated if self._is_exact else self._made
            self._choices[plan] = choose(plan)
        return self._choices[plan]

    def _simulated(self, plan: Plan) -> Choice:
        trace = Simulator(self.graph, plan).run()
        blocks, overlaps = blocks_of_trace(trace)
        alignment = max(self.options.alignment, self._widest_value())
        placement = self._place(blocks, alignment, overlaps=overlaps)
        return Choice(plan, placement.arena_bytes, trace.calls, self.placed)

    def _made(self, plan: Plan) -> Choice:
        module = self.placed(plan)
        calls = len(kernels_of(arena_and_function(module)[1]))
        return Choice(plan, arena_bytes(module), calls, lambda _: module)

    def _widest_value(self) -> int:
        """Bytes of the widest value of an input or output in the arena."""
        places = {"input": self.options.input, "output": self.options.output}
        return max(
            (
                np.dtype(port.dtype).itemsize
                for direction, place in places.items()
                if place != "external"
                for port in ports_of(self.function, direction)
            ),
            default=1,
        )

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
        best = self._in_one_stage(best)
        return self._tiled(best) if self.options.tiles == "on" else best

    def worth(self, smallest: Choice, spare: int) -> Choice:
        """Of whole rows the plan tried whose instructions are most worth its arena.

        It is at most `spare` percent larger than the smallest, and packed well.
        """
        if is_for_arena(smallest.plan):
            return smallest
        least = max(smallest.arena_bytes, 1)

        def cost(choice: Choice) -> float:
            instructions = log(max(self.instructions(choice.plan), 1))
            growth = max(choice.arena_bytes, 1) / least
            return instructions + price_of_growth(growth)

        most = least * (1 + spare / 100)
        fitting = [
            choice
            for choice in self._choices.values()
            if not is_for_arena(choice.plan)
            and choice.arena_bytes
            <= min(most, PACKED * self.search(choice.plan.overlap).peak(choice.plan))
        ]
        return min([smallest, *fitting], key=cost)

    def _in_one_stage(self, best: Choice) -> Choice:
        """The schedule of one height for all slices, if its arena is smaller."""
        search = self.search("same")
        for _, stage in one_stage(search, best.arena_bytes):
            best = self._better(best, search, search.plan([stage]))
        return best

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
        lowest = min((peak for peak, _ in found), default=0)
        peak, plan = next(
            (item for item in found if item[0] <= lowest * WORTH_TRYING), (0, None)
        )
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
        uniform = [search.variants.uniform(stage) for stage in stages]
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
        options = self.options
        choosing = choosing_pass(
            target=options.target, kernels=options.kernels, size=options.sram_limit
        )
        run_passes(placed, choosing)
        function = arena_and_function(placed)[1]
        slow = sum(
            call.variant is None and call.kernel.data in SLOW
            for call in kernels_of(function)
        )
        return slow, estimated_instructions(placed)

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


def is_for_arena(plan: Plan) -> bool:
    """Whether a plan has tiles or blocks, for fewer bytes and more instructions."""
    fused = (how for stage in plan.stages for _, how in stage.fused)
    return "block" in fused or any(stage.width for stage in plan.stages)


def _concatenates(lowered: ModuleOp) -> bool:
    kernels = kernels_of(arena_and_function(lowered)[1])
    return any(kernel.kernel.data == "concatenation" for kernel in kernels)
