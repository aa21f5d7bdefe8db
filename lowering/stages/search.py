"""The search for a plan: where to cut, how tall slices are, what is fused.

A dynamic program over the borders between nodes. First it finds the smallest peak that
any cuts reach; then, of all plans that stay below a limit, the one of least cost.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from lowering.stages.cost_model import stage_instructions
from lowering.stages.graph import Graph, Node, window_of
from lowering.stages.plan import Plan, Stage
from lowering.stages.stage_cost import StageCosts
from lowering.stages.variants import Freedom, Variants
from tinyts_dialect.interfaces import WindowedOp
from tinyts_dialect.kept_rows import most_kept

LINE_SLICES = 64
"""Slices of a line of pixels that are enough; up to twice as many are tried."""

WIDE_GROUPS = (1 << 16, 128, 64, 32, 16, 8)
"""The same where there is room: the fewer groups, the less often input is read."""

BUDGET = 1_500_000
"""Simulated kernel calls after which the search takes the best that it has."""

LINE_BUDGET = 40_000
"""The same where a tensor is a line of many pixels: long stages gain little there."""

Price = Callable[[Stage, int], int]
"""What a stage with so many kernel calls costs."""

FLAT_OPS = 12
"""So many ops of tensors of one row, as an unrolled recurrence has, end every stage."""

NO_LIMIT = 1 << 40
"""More bytes than any plan has."""

SLACK = 1.25
"""A stage whose windows keep more than this times the peak is not tried."""

Progress = Callable[[str], None]


def _longest_line(graph: Graph) -> int:
    """Pixels of the longest computed tensor whose rows are single pixels."""
    computed = [t for t in graph.tensors if t.producer is not None]
    return max((t.height for t in computed if t.width == 1), default=0)


def _heights(graph: Graph, heights: Sequence[int]) -> Iterator[int]:
    """The heights that are worth trying: where rows are pixels, not a few of many."""
    least = _longest_line(graph) / (2 * LINE_SLICES)
    for height in heights:
        if height == 0 or height >= least or height == max(heights):
            yield height


class Search:
    """Searches the plans of one graph."""

    def __init__(
        self,
        graph: Graph,
        freedom: Freedom,
        alignment: int,
        progress: Progress = lambda text: None,
    ) -> None:
        heights = tuple(_heights(graph, freedom.heights))
        freedom = replace(freedom, heights=heights)
        self.graph, self.freedom, self.alignment = graph, freedom, alignment
        self.costs = StageCosts(graph, freedom.overlap, alignment)
        self.progress = progress
        tall = _longest_line(graph) > 2 * LINE_SLICES
        self.budget = LINE_BUDGET if tall else BUDGET
        self.count = len(graph.nodes)
        self.variants = Variants(graph, freedom)
        self.crossing = [self.costs.crossing_bytes(i) for i in range(self.count + 1)]
        self.flat = [0]
        """How many of the first nodes read and write tensors of one row alone."""
        for node in graph.nodes:
            near = (node.output, *node.inputs)
            is_flat = all(graph.tensors[t].height <= 1 for t in near)
            self.flat.append(self.flat[-1] + is_flat)
        self.line_bytes = [self._line_bytes(node) for node in graph.nodes]
        self.bound = NO_LIMIT
        """A peak that is known to be reached."""
        self.improved: dict[tuple[int, int], Stage] = {}
        """Stages whose fused pairs were chosen one by one."""

    def _line_bytes(self, node: Node) -> int:
        """Bytes of the input rows that the node's window keeps from row to row."""
        is_streamed = node.index in self.variants.reductions
        if not isinstance(node.op, WindowedOp) or is_streamed:
            return 0
        window = node.op.get_window()
        kept = min(most_kept(window), self.graph.tensors[node.inputs[0]].height)
        return kept * self.graph.tensors[node.inputs[0]].row_bytes

    def lines(self, first: int, last: int) -> int:
        """Bytes that all windows of a stage keep, but for those over its inputs.

        A stage needs about that much in its steady state.
        """
        total = 0
        for node in self.graph.nodes[first:last]:
            producer = self.graph.tensors[node.inputs[0]].producer
            if producer is not None and producer >= first:
                total += self.line_bytes[node.index]
        return total

    # -- single stages ---------------------------------------------------------

    def best(self, first: int, last: int, height: int) -> tuple[int, int, Stage]:
        """Peak, calls and stage of the variant with the lowest peak, then calls."""
        stages = self.variants.of(first, last, height)
        found = [(*self._cost(stage), stage) for stage in stages]
        chosen = self.improved.get((first, last))
        if chosen is not None and height == chosen.height:
            found.append((*self._cost(chosen), chosen))
        return min(found, key=lambda item: (item[0], item[1]))

    def _cost(self, stage: Stage) -> tuple[int, int]:
        cost = self.costs.of(stage)
        return cost.peak, cost.calls

    # -- the smallest peak -----------------------------------------------------

    def smallest(self) -> tuple[int, list[Stage]]:
        """The smallest peak and the stages that reach it."""
        for longest in (4, 12, self.count):
            peak, stages = self._cheapest_peak(longest)
            self.bound = min(self.bound, peak)
            self.progress(f"stages of up to {longest} ops: peak {peak} bytes")
        while self._improve_binding(peak, stages):
            new_peak, found = self._cheapest_peak(self.count)
            if new_peak > peak:  # the budget ended before all stages were tried
                break
            peak, stages = new_peak, found
            self.bound = peak
            self.progress(f"stages: {len(stages)}, peak {peak} bytes")
        return peak, stages

    def _cheapest_peak(self, longest: int) -> tuple[int, list[Stage]]:
        """The smallest peak of stages of up to so many nodes."""
        height = min(h for h in self.freedom.heights if h) if any(
            self.freedom.heights
        ) else 0
        best: list[tuple[int, int, list[Stage]]] = [(0, 0, [])]
        for last in range(1, self.count + 1):
            found: tuple[int, int, list[Stage]] | None = None
            for first in range(last - 1, max(-1, last - 1 - longest), -1):
                if found is not None and self.lines(first, last) > self.bound * SLACK:
                    break
                before = best[first]
                floor = max(before[0], self.crossing[first], self.crossing[last])
                if found is not None and floor >= min(found[0], self.bound + 1):
                    continue
                if found is not None and (
                    self._exhausted() or self._ends_flat(first, last)
                ):
                    continue
                peak, calls, stage = self.best(first, last, height)
                total = (max(floor, peak), before[1] + calls)
                if found is None or total < found[:2]:
                    found = (*total, [*before[2], stage])
            if found is None:
                raise ValueError("a graph without nodes has no plan")
            best.append(found)
        return best[-1][0], best[-1][2]

    def _ends_flat(self, first: int, last: int) -> bool:
        """Whether a longer stage begins or ends with many nodes that cannot be cut.

        These may as well be stages of their own.
        """
        head, tail = first + FLAT_OPS, last - FLAT_OPS
        return last > head and FLAT_OPS in (
            self.flat[head] - self.flat[first],
            self.flat[last] - self.flat[tail],
        )

    def _exhausted(self) -> bool:
        return self.costs.simulated_calls > self.budget

    def _improve_binding(self, peak: int, stages: Sequence[Stage]) -> bool:
        """Chooses pairs one by one in the stages that reach the peak."""
        improved = False
        for stage in stages:
            if self._cost(stage)[0] < peak or self._exhausted():
                continue
            better = self._climb(stage)
            if self._cost(better)[0] < self._cost(stage)[0]:
                self.improved[stage.first, stage.last] = better
                improved = True
        return improved

    def _climb(self, stage: Stage) -> Stage:
        """The best that changing one thing after the other leads to.

        From many fused pairs and from none: where a pair costs as much as it saves,
        neither finds what the other does. Of equal peaks the fewest instructions.
        """
        plain = self.variants.plain(stage.first, stage.last, stage.height)
        fused = (self.variants.fused(plain, how) for how in ("rows", "pixels", "block"))
        starts = [stage, *fused]
        ends = [self._upward(start) for start in (min(starts, key=self._cost), plain)]
        return min(ends, key=lambda end: (self._cost(end)[0], self.instructions(end)))

    def _upward(self, best: Stage) -> Stage:
        while not self._exhausted():
            neighbours = self.variants.neighbours(best)
            neighbour = min(neighbours, key=self._cost, default=best)
            if self._cost(neighbour) >= self._cost(best):
                break
            best = neighbour
        return best

    # -- recomputation ---------------------------------------------------------

    def recomputing(
        self, peak: int, stages: list[Stage], percent: int
    ) -> tuple[int, list[Stage]]:
        """A smaller peak for up to so many percent more multiply-accumulates.

        One pair after the other of the stages that reach the peak keeps fewer rows: the
        one that saves the most bytes for each multiply-accumulate.
        """
        budget = sum(node.op.macs() for node in self.graph.nodes) * percent // 100
        while budget and not self._exhausted():
            for stage in stages:
                fewer = self._keeping_less(stage)
                if self._cost(stage)[0] == peak and fewer is not None:
                    self.improved[stage.first, stage.last] = fewer
            new_peak, found = self._cheapest_peak(self.count)
            if new_peak >= peak or self._recomputed(found) > budget:
                break
            peak, stages = new_peak, found
            self.progress(f"recomputing: peak {peak} bytes")
        return peak, stages

    def _recomputed(self, stages: Sequence[Stage]) -> int:
        return sum(self.costs.of(stage).recomputed_macs for stage in stages)

    def _keeping_less(self, stage: Stage) -> Stage | None:
        """The stage with fewer rows kept in one pair, where that lowers its peak."""
        cost = self.costs.of(stage)
        best: tuple[float, Stage] | None = None
        for producer, how in stage.fused:
            if how == "pixels":
                continue
            window = window_of(self.graph.nodes[self.variants.rows[producer]])
            kept = dict(stage.keep).get(producer, most_kept(window))
            for fewer in range(kept):
                keep = {**dict(stage.keep), producer: fewer}
                changed = replace(stage, keep=tuple(sorted(keep.items())))
                new = self.costs.of(changed)
                macs = new.recomputed_macs - cost.recomputed_macs
                gain = (cost.peak - new.peak) / max(macs, 1)
                if new.peak < cost.peak and (best is None or gain > best[0]):
                    best = (gain, changed)
        return None if best is None else best[1]

    # -- the cheapest plan below a limit ---------------------------------------

    def cheapest(
        self,
        limit: int | None,
        stages: Sequence[Stage],
        price: Price | None = None,
        room: float = 0.0,
    ) -> list[Stage]:
        """The stages of the least price whose peaks stay within the limit, if any.

        The price is the number of calls unless another is given. `stages` are known to
        stay within the limit; others must stay this share of it below: where several
        stages just fit, their buffers are hard to place. Stages of whole tensors and of
        the least height are tried between all borders; then each gets the slices and
        groups of channels of the fewest instructions that fit.
        """
        if limit is None:
            limit = NO_LIMIT
        limit = round(limit * (1 - room))
        candidates = self._candidates(limit, stages)
        best: list[tuple[int, list[Stage]] | None] = [(0, [])]
        for last in range(1, self.count + 1):
            found: tuple[int, list[Stage]] | None = None
            for stage in candidates[last]:
                before = best[stage.first]
                if before is None:
                    continue
                total = before[0] + self._price(stage, price)
                if found is None or total < found[0]:
                    found = (total, [*before[1], stage])
            best.append(found)
        if best[-1] is None:
            return list(stages)
        return [self._roomiest(stage, limit) for stage in best[-1][1]]

    def _candidates(self, limit: int, stages: Sequence[Stage]) -> list[list[Stage]]:
        """Stages by their ends: those given, whole ops, and what fits of the others.

        A stage of several ops of whole tensors has the calls and the peak of stages of
        one op each.
        """
        given = set(stages)
        found: list[list[Stage]] = [[] for _ in range(self.count + 1)]
        for stage in stages:
            found[stage.last].append(stage)
        for first in range(self.count):
            whole = self.variants.plain(first, first + 1, 0)
            if self._within(whole, limit) is not None:
                found[first + 1].append(whole)
        for stage, cost in self.costs.known():
            rows = stage.height and not stage.width
            if stage not in given and rows and cost.peak <= limit:
                found[stage.last].append(stage)
        return found

    def _price(self, stage: Stage, price: Price | None) -> int:
        calls = self._cost(stage)[1]
        return calls if price is None else price(stage, calls)

    def _roomiest(self, stage: Stage, limit: int) -> Stage:
        """The stage of the fewest instructions that stays within the limit.

        Slices may be taller, and where pairs are fused by rows the groups of channels
        wider: a group more reads the input of the pair once more.
        """
        fitting = [stage]
        for height in () if stage.width else self.freedom.heights:
            if height == stage.height:
                break
            taller = stage.with_height(height)
            if not height:
                taller = self.variants.plain(stage.first, stage.last, 0)
            if self._within(taller, limit) is not None:
                fitting.append(taller)
        fitting += [
            self._unblocked(found, max(limit, self._cost(found)[0]))
            for found in fitting
        ]
        fitting = [
            self._widest(found, max(limit, self._cost(found)[0])) for found in fitting
        ]
        return min(fitting, key=self.instructions)

    def _unblocked(self, stage: Stage, limit: int) -> Stage:
        """The stage without blocks that it need not have to stay within the limit.

        A pair fused by rows and a convolution of a row take fewer instructions.
        """
        for producer, how in stage.fused:
            if how != "block":
                continue
            fused = {**dict(stage.fused), producer: "rows"}
            changed = replace(stage, fused=tuple(sorted(fused.items())))
            if self._within(changed, limit) is not None:
                stage = changed
        return stage

    def _widest(self, stage: Stage, limit: int) -> Stage:
        """The stage with the widest groups of channels that stay within the limit."""
        if not stage.height or not any(how == "rows" for _, how in stage.fused):
            return stage
        for group in WIDE_GROUPS:
            if group <= stage.group:
                break
            wider = replace(stage, group=group)
            if self._within(wider, limit) is not None:
                return wider
        return stage

    def instructions(self, stage: Stage) -> int:
        """Estimated instructions of a stage."""
        return stage_instructions(self.graph, stage, self._cost(stage)[1])

    def within_cuts(self, borders: Sequence[int]) -> list[Stage]:
        """Stages between borders: the smallest peak, then the fewest instructions."""
        stages: list[Stage] = []
        for first, last in pairwise(borders):
            height = min((h for h in self.freedom.heights if h), default=0)
            stages.append(self._climb(self.best(first, last, height)[2]))
        peak = max(self._cost(stage)[0] for stage in stages)
        return [self._roomiest(stage, peak) for stage in stages]

    def plan(self, stages: Sequence[Stage]) -> Plan:
        """A plan of stages."""
        return Plan(tuple(stages), self.freedom.overlap, self.alignment)

    def peak(self, plan: Plan) -> int:
        """The peak of a plan: the largest of its stages'."""
        return max((self._cost(stage)[0] for stage in plan.stages), default=0)

    def _within(self, stage: Stage, limit: int) -> Stage | None:
        return stage if self._cost(stage)[0] <= limit else None
