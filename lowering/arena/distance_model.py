"""Placement as a constraint problem for CP-SAT: distances between blocks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from lowering.arena.conflicts import Conflicts, Ints

SEED = 0


class SolverMissingError(Exception):
    """OR-Tools is not installed."""


def require_solver() -> Any:
    """The module `cp_model` of OR-Tools; SolverMissingError where it is missing."""
    try:
        from ortools.sat.python import cp_model
    except ImportError as error:
        raise SolverMissingError("OR-Tools is not installed") from error
    return cp_model


def lowest_top(
    conflicts: Conflicts, least: int, most: int, deterministic_time: float
) -> tuple[int, Ints | None]:
    """A placement that ends at `most` units or below, as low as possible.

    Returns what every placement needs at least, `least` included, and the offsets of
    the best placement found, None if there is none: then more than `most` are needed,
    or the time was over.
    """
    cp_model = require_solver()
    model = cp_model.CpModel()
    sizes = conflicts.sizes.tolist()
    if most < max(sizes, default=0):
        return most + 1, None
    offsets = [model.new_int_var(0, most - size, "") for size in sizes]
    top = model.new_int_var(least, most, "")
    for offset, size in zip(offsets, sizes, strict=True):
        model.add(offset + size <= top)
    for block, other, ranges in _free_distances(conflicts, most):
        distance = offsets[block] - offsets[other]
        choices = [model.new_bool_var("") for _ in ranges]
        model.add_exactly_one(choices)
        for choice, (low, high) in zip(choices, ranges, strict=True):
            model.add_linear_constraint(distance, low, high).only_enforce_if(choice)
    model.minimize(top)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = SEED
    solver.parameters.max_deterministic_time = deterministic_time
    status = solver.solve(model)
    if status == cp_model.INFEASIBLE:
        return most + 1, None
    bound = max(least, round(solver.best_objective_bound))
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return bound, None
    return bound, np.array([solver.value(offset) for offset in offsets], np.int64)


def _free_distances(
    conflicts: Conflicts, most: int
) -> Iterator[tuple[int, int, list[tuple[int, int]]]]:
    """Pairs that meet, each once, with the ranges in which their distance may lie."""
    sizes = conflicts.sizes.tolist()
    for block, others in enumerate(conflicts.others):
        forbidden: dict[int, list[int]] = {}
        limits = zip(others, conflicts.low[block], conflicts.high[block], strict=True)
        for other, low, high in limits:  # sorted by `low`, they do not overlap
            if other > block:
                forbidden.setdefault(int(other), []).extend((int(low), int(high)))
        for other, edges in forbidden.items():
            edges = [sizes[other] - most, *edges, most - sizes[block]]
            ranges = zip(edges[::2], edges[1::2], strict=True)
            yield block, other, [r for r in ranges if r[0] <= r[1]]
