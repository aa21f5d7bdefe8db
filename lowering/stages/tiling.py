"""The search over tiles: stages that reach the peak, computed in columns as well."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from lowering.stages.plan import Stage
from lowering.stages.search import Search
from lowering.stages.tiles import can_be_tiled, tile_count

WIDTHS = (16, 8, 4, 2, 1)
"""Columns of tiles of a stage's widest tensor that are tried, from the fewest calls."""

MOST_CALLS = 7800
"""Kernel calls of a stage in tiles; narrower tiles are not tried."""

SHIFTS = (0, -1, 1, -2, 2)
"""By so many ops the ends of a stage that reaches the peak are moved."""

BUDGET = 100_000
"""Kernel calls of stages in tiles that are simulated, after which the search ends."""

NEARLY = 1.01
"""Tiles are as wide as this many times the lowest peak allows: half the calls are worth
more than the last bytes."""

WORTH = 0.98
"""Tiles are used if they lower the peak to this share of it, or less.

They cost ten times the calls, and as much of the time of a compilation.
"""

WORTH_PLACING = 0.975
"""The same for a plan's peak before its buffers are placed: tiles of several sizes do
not fit together as well as rows."""


def tiled(
    search: Search, peak: int, stages: list[Stage]
) -> tuple[int, list[Stage]] | None:
    """A peak that is lower by tiles, and its stages; None if that is not worth it.

    Again and again the stages that reach the peak, and those that begin or end near
    them, are computed in tiles, until that gains nothing.
    """
    first_peak, best = peak, list(stages)
    end = search.costs.simulated_calls + BUDGET
    while search.costs.simulated_calls < end:
        binding = [s for s in best if search.costs.of(s).peak == peak]
        for span in _spans(search, binding, peak):
            for candidate in _candidates(search, *span):
                search.costs.of(candidate)
        found = _lowest(search, peak, stages)
        if found is None:
            break
        peak, best = found
        search.progress(f"tiles: peak {peak} bytes")
    worth_it = peak < first_peak and peak <= first_peak * WORTH
    if not worth_it:
        return None
    limit = round(min(peak * NEARLY, first_peak * WORTH))
    wide = [_widest(search, stage, limit) for stage in best]
    wide = [_with_pairs(search, stage, limit) for stage in wide]
    return search.peak(search.plan(wide)), wide


def _spans(
    search: Search, stages: Iterable[Stage], peak: int
) -> Iterator[tuple[int, int]]:
    """Spans whose ends are near those of stages and that may stay below a peak."""
    spans = dict.fromkeys(
        (stage.first + before, stage.last + after)
        for stage in stages
        for before in SHIFTS
        for after in SHIFTS
    )
    for first, last in spans:
        if not 0 <= first < last <= search.count:
            continue
        ends = max(search.crossing[first], search.crossing[last])
        if max(ends, search.lines(first, last)) < peak:
            yield first, last


def _candidates(search: Search, first: int, last: int) -> Iterator[Stage]:
    graph = search.graph
    sizes = [
        (tensor.height, tensor.width)
        for node in graph.nodes[first:last]
        if can_be_tiled(graph, node)
        for tensor in (graph.tensors[node.output],)
    ]
    widest = max((width for _, width in sizes), default=1)
    plain = search.variants.plain(first, last, 1)
    for width in WIDTHS:
        if width >= widest:
            continue
        calls = sum(
            rows * tile_count(columns, width, widest) for rows, columns in sizes
        )
        if calls <= MOST_CALLS:
            yield replace(plain, width=width)


def _lowest(
    search: Search, peak: int, given: Sequence[Stage]
) -> tuple[int, list[Stage]] | None:
    """The stages of the lowest peak, of all that were simulated; None if not lower.

    Stages that recompute are used only where they were given.
    """
    ending: list[list[tuple[int, int, Stage]]] = [[] for _ in range(search.count + 1)]
    for stage, cost in search.costs.known():
        if cost.peak < peak and (not cost.recomputed_macs or stage in given):
            ending[stage.last].append((cost.peak, cost.calls, stage))
    best: list[tuple[int, int, list[Stage]] | None] = [(0, 0, [])]
    for last in range(1, search.count + 1):
        found: tuple[int, int, list[Stage]] | None = None
        for stage_peak, calls, stage in ending[last]:
            before = best[stage.first]
            if before is None:
                continue
            crossing = max(search.crossing[stage.first], search.crossing[last])
            total = max(before[0], stage_peak, crossing), before[1] + calls
            if found is None or total < found[:2]:
                found = (*total, [*before[2], stage])
        best.append(found)
    last_found = best[-1]
    if last_found is None or last_found[0] >= peak:
        return None
    return last_found[0], last_found[2]


def _widest(search: Search, stage: Stage, limit: int) -> Stage:
    """A stage in the widest tiles that stay within a limit, of those simulated."""
    if not stage.width:
        return stage
    wider: Sequence[Stage] = [
        replace(stage, width=width) for width in WIDTHS if width > stage.width
    ]
    known = dict(search.costs.known())
    fitting = (s for s in wider if s in known and known[s].peak <= limit)
    return next(fitting, stage)


def _with_pairs(search: Search, stage: Stage, limit: int) -> Stage:
    """A stage in tiles with pairs fused by rows, where it stays within the limit.

    These are computed by whole rows, in fewer calls of faster kernels; the first pairs
    of a stage, whose rows are the longest, save most.
    """
    best = stage
    for producer, reader in search.variants.rows.items() if stage.width else ():
        if producer < stage.first or stage.last <= reader:
            continue
        fused = tuple(sorted([*best.fused, (producer, "rows")]))
        changed = replace(best, fused=fused)
        if search.costs.of(changed).peak <= limit and (
            search.instructions(changed) < search.instructions(best)
        ):
            best = changed
    return best
