"""The smallest arena is no larger than any schedule's that needs no search."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from kernel_bench import Bench
from support_unit import transformed
from xdsl.dialects.builtin import ModuleOp

from lowering.accesses import arena_bytes
from lowering.pipelines import lowering_passes, placing_passes
from tools.import_tflite import import_tflite
from tools.options import resolve
from tools.planner import Planner
from tools.random_graphs import random_graph

HEIGHTS = (None, 1, 2, 8)
"""Rows of all slices; None for whole tensors."""


def fixed(module: ModuleOp, height: int | None) -> int:
    """The arena of slices of one height, before kernels get scratch."""
    passes = lowering_passes(
        split_height=height,
        order="df",
        fold_channels=False,
        input="external",
        output="external",
    )
    placing = placing_passes(4, verify=False)
    return arena_bytes(transformed(module, f"{passes},{placing}"))


def larger(model: bytes) -> dict[int | None, tuple[int, int]]:
    """The heights whose arena is below the smallest one, with both."""
    module = import_tflite(model)
    smallest = Planner(module, resolve()).smallest().arena_bytes
    arenas = {height: fixed(module, height) for height in HEIGHTS}
    return {h: (smallest, a) for h, a in arenas.items() if a < smallest}


@pytest.mark.parametrize("seed", [3, 12])
def test_random_graphs(seed: int) -> None:
    assert not larger(random_graph(seed))


def line(bench: Bench) -> None:
    """A line of more pixels than a search cuts one by one."""
    x = bench.input((1, 140, 1, 1))
    drawn = bench.weighted(x, (16, 7, 1, 1), 0, 7)
    x = bench.writer.conv_2d(x, **drawn, padding="VALID")
    x = bench.writer.max_pool_2d(x, filter=(3, 1), stride=(2, 1), padding="SAME")
    bench.writer.output(bench.writer.max_pool_2d(x, filter=(67, 1)))


def rows_of_a_byte(bench: Bench) -> None:
    """Rows that the alignment rounds up to four bytes."""
    x = bench.input((1, 40, 1, 1))
    for _ in range(3):
        x = bench.writer.max_pool_2d(x, filter=(9, 1), padding="SAME")
    bench.writer.output(x)


@pytest.mark.parametrize("network", [line, rows_of_a_byte])
def test_lines(network: Callable[[Bench], None]) -> None:
    bench = Bench(1)
    network(bench)
    assert not larger(bench.writer.finish())


@pytest.mark.parametrize("seed", [3, 12])
def test_what_is_worth_more_is_little_larger(seed: int) -> None:
    planner = Planner(import_tflite(random_graph(seed)), resolve(tiles="off"))
    smallest = planner.smallest()
    least = smallest.arena_bytes
    assert planner.worth(smallest, 0).arena_bytes == least
    chosen = planner.worth(smallest, 7)
    assert least <= chosen.arena_bytes <= 1.07 * least
    assert planner.instructions(chosen.plan) <= planner.instructions(smallest.plan)


def test_nothing_in_the_arena() -> None:
    """Input and output of the caller, and nothing between them."""
    bench = Bench(1)
    x = bench.input((1, 4, 4, 1))
    bench.writer.output(bench.writer.max_pool_2d(x, filter=(2, 2)))
    planner = Planner(import_tflite(bench.writer.finish()), resolve(output="external"))
    assert planner.worth(planner.smallest(), 7).arena_bytes == 0
