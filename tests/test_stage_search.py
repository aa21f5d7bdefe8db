"""The search for plans: optimal where all plans can be tried, and within its limits."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import pairwise, product
from pathlib import Path

import pytest
from plan_networks import (
    NETWORKS,
    Net,
    classifier,
    heads,
    rows_left_out,
    separable_block,
    skips,
    squeeze_and_excite,
)
from support_plans import INPUTS, Network, network_of, random_network, simulated

from lowering.accesses import arena_and_function, arena_bytes, kernels_of
from lowering.plan_stages import borders_of
from lowering.stages import search as search_module
from lowering.stages.graph import Graph
from lowering.stages.plan import OVERLAPS, Stage
from lowering.stages.search import Search
from lowering.stages.variants import Freedom
from tools.import_tflite import import_tflite
from tools.options import resolve
from tools.planner import Planner
from tools.tflite_writer import Quant, TFLiteWriter

BRANCHES = (separable_block, heads, skips, squeeze_and_excite)


def search_of(network: Network, alignment: int = 4, **freedom: object) -> Search:
    return Search(network.graph, Freedom(**freedom), alignment)


def small_networks() -> Iterator[Network]:
    """Networks of at most seven ops."""
    for number, seed in enumerate((7, 13, 23, 29, 32, 34, 40, 44)):
        network = random_network(seed, INPUTS[number % 3], "external")
        if len(network.graph.nodes) <= 7:
            yield network
    for make, input in zip(BRANCHES, (*INPUTS, "external"), strict=True):
        yield network_of(make(), input, "arena")


def borders(count: int) -> Iterator[list[int]]:
    """All ways to cut so many nodes into stages, as the borders of the stages."""
    for cuts in product((False, True), repeat=count - 1):
        yield [0, *(n for n, cut in enumerate(cuts, 1) if cut), count]


def peak_of(search: Search, cuts: list[int]) -> int:
    """The smallest peak of stages between borders."""
    height = min(height for height in search.freedom.heights if height)
    stages = (search.best(first, last, height)[0] for first, last in pairwise(cuts))
    return max(*stages, *(search.crossing[border] for border in cuts))


def assert_valid(graph: Graph, stages: list[Stage]) -> None:
    """Stages follow one another; pairs are disjoint and inside their stage."""
    assert [stage.first for stage in stages] == [
        0,
        *(stage.last for stage in stages[:-1]),
    ]
    assert stages[-1].last == len(graph.nodes)
    for stage in stages:
        pairs = [
            (producer, graph.tensors[graph.nodes[producer].output].readers[0])
            for producer, _ in stage.fused
        ]
        paired = [number for pair in pairs for number in pair]
        assert len(paired) == len(set(paired))
        for number in (*paired, *stage.streamed):
            assert stage.first <= number < stage.last
        if not stage.height:
            assert not stage.streamed


def test_no_cuts_are_better() -> None:
    """The dynamic program against all cuts."""
    tried = 0
    for number, network in enumerate(small_networks()):
        search = search_of(network, overlap=OVERLAPS[number % 3])
        peak, stages = search.smallest()
        assert_valid(network.graph, stages)
        assert peak == min(
            peak_of(search, cuts) for cuts in borders(len(network.graph.nodes))
        )
        assert peak == peak_of(search, [0, *(stage.last for stage in stages)])
        tried += 1
    assert tried >= 5


@pytest.mark.parametrize("make", NETWORKS)
def test_the_peak_is_that_of_the_plan(make: Callable[[], bytes]) -> None:
    """The simulator agrees with the search on the whole plan, at the smallest peak."""
    for input in INPUTS:
        network = network_of(make(), input)
        search = search_of(network, 1)
        peak, stages = search.smallest()
        plan = search.plan(search.cheapest(peak, stages))
        assert_valid(network.graph, list(plan.stages))
        if make is rows_left_out:
            continue  # whole ops keep rows alive that slices of one row leave out
        assert simulated(network.graph, plan).peak <= peak


def test_limits() -> None:
    """A larger limit never costs calls, and every stage keeps it."""
    for seed in (7, 23, 44):
        network = random_network(seed, "external", "external")
        search = search_of(network)
        peak, stages = search.smallest()
        most = search.peak(search.plan(search.cheapest(None, ())))
        calls = []
        for limit in (peak, (3 * peak + most) // 4, (peak + most) // 2, most):
            plan = search.plan(search.cheapest(limit, stages))
            assert_valid(network.graph, list(plan.stages))
            assert search.peak(plan) <= limit
            calls.append(simulated(network.graph, plan).calls)
        assert calls == sorted(calls, reverse=True)


def test_without_a_limit_tensors_are_whole() -> None:
    network = network_of(heads())
    search = search_of(network)
    plan = search.plan(search.cheapest(None, ()))
    assert simulated(network.graph, plan).calls <= len(network.graph.nodes)


def test_a_limit_that_cannot_be_kept() -> None:
    """The stages that were given come back."""
    search = search_of(network_of(skips()))
    peak, stages = search.smallest()
    assert search.cheapest(peak - 1, stages, room=0.5) == stages


def test_pairs_of_which_only_the_first_is_fused() -> None:
    """Fusing all pairs is better than none, and no pair less makes that better."""
    net = Net(49, 10, 1)
    y = net.depthwise(net.conv(net.x, 36, (5, 4), (2, 1)), stride=(2, 2))
    for _ in range(3):
        y = net.depthwise(net.point(y, 36))
    network = network_of(net.finish(net.mean(net.point(y, 36))), "external")
    search = search_of(network, overlap="same")
    peak, (stage, *_) = search.smallest()
    assert len(stage.fused) == 1
    plain = search.variants.plain(stage.first, stage.last, stage.height)
    rows = search.variants.rows
    for chosen in product((False, True), repeat=len(rows)):
        fused = tuple(
            (pair, "rows") for pair, is_fused in zip(rows, chosen, strict=True)
            if is_fused
        )
        assert search.costs.of(replace(plain, fused=fused)).peak >= peak


def test_price() -> None:
    """No stages that are given are cheaper than those that are chosen."""
    network = network_of(separable_block())
    search = search_of(network)
    peak, stages = search.smallest()
    for price in (None, lambda stage, calls: 100 * calls + stage.height):
        chosen = search.cheapest(2 * peak, stages, price)
        calls = [
            simulated(network.graph, search.plan(found)).calls
            for found in (chosen, stages)
        ]
        assert calls[0] <= calls[1]


def test_freedom() -> None:
    network = network_of(squeeze_and_excite())
    for freedom, allowed in (
        ({"fuse": False}, lambda stage: not stage.fused),
        ({"stream": False}, lambda stage: not stage.streamed),
        ({"heights": (0,)}, lambda stage: stage.height == 0),
        ({"heights": (0, 2)}, lambda stage: stage.height in (0, 2)),
    ):
        search = search_of(network, **freedom)
        peak, stages = search.smallest()
        for found in (stages, search.cheapest(2 * peak, stages)):
            assert_valid(network.graph, found)
            assert all(allowed(stage) for stage in found), freedom


def test_freedom_lowers_the_peak() -> None:
    network = network_of(separable_block())

    def peak(**freedom: object) -> int:
        return search_of(network, **freedom).smallest()[0]

    assert peak(overlap="none") < peak(overlap="none", fuse=False)
    assert peak() <= peak(fuse=False) < peak(fuse=False, heights=(0,))
    assert peak() <= peak(overlap="same") <= peak(overlap="none")
    classifier = network_of(squeeze_and_excite())
    assert (
        search_of(classifier).smallest()[0]
        <= search_of(classifier, stream=False).smallest()[0]
    )


def test_given_cuts() -> None:
    network = network_of(skips())
    search = search_of(network)
    layers = [node.layer for node in network.graph.nodes]
    cuts = borders_of(network.graph, (layers[3], layers[1], layers[-1]))
    assert cuts == [0, 2, 4, len(layers)]
    stages = search.within_cuts(cuts)
    assert_valid(network.graph, stages)
    assert [stage.last for stage in stages] == cuts[1:]
    assert max(search.best(s.first, s.last, 1)[0] for s in stages) >= search.peak(
        search.plan(stages)
    )


def test_the_budget(monkeypatch: pytest.MonkeyPatch) -> None:
    """A search that may not simulate finds a plan all the same."""
    network = random_network(3, "external", "external")
    monkeypatch.setattr(search_module, "BUDGET", 0)
    search = search_of(network)
    peak, stages = search.smallest()
    simulated_calls = search.costs.simulated_calls
    assert_valid(network.graph, stages)
    plan = search.plan(search.cheapest(peak, stages))
    assert simulated(network.graph, plan).peak <= peak
    monkeypatch.undo()
    search = search_of(network)
    assert search.smallest()[0] <= peak
    assert search.costs.simulated_calls > simulated_calls


PRINT_PLANS = """
from support_plans import random_network
from lowering.stages.search import Search
from lowering.stages.variants import Freedom
for seed, input in ((3, "rows"), (23, "external"), (44, "arena")):
    search = Search(random_network(seed, input, "external").graph, Freedom(), 4)
    peak, stages = search.smallest()
    print(peak, stages, search.cheapest(2 * peak, stages))
"""


def test_plans_do_not_depend_on_the_hash_seed() -> None:
    tests = Path(__file__).parent
    paths = [str(tests), str(tests.parent), os.environ.get("PYTHONPATH", "")]
    texts = {
        subprocess.run(
            [sys.executable, "-c", PRINT_PLANS],
            env=os.environ
            | {"PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(paths)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(texts) == 1
    assert texts.pop().count("Stage(") >= 6


@pytest.mark.parametrize("make", BRANCHES)
def test_planner(make: Callable[[], bytes]) -> None:
    """Between the smallest arena and the fewest calls, every limit is kept."""
    planner = Planner(import_tflite(make()), resolve(input="rows"))
    smallest, fastest = planner.smallest(), planner.fastest(None)
    assert smallest.arena_bytes <= fastest.arena_bytes
    assert planner.instructions(fastest.plan) <= planner.instructions(smallest.plan)
    middle = (smallest.arena_bytes + fastest.arena_bytes) // 2
    assert planner.fastest(middle).arena_bytes <= middle
    assert planner.fastest(0).arena_bytes == smallest.arena_bytes
    for choice in (smallest, fastest):  # as they are simulated
        assert arena_bytes(choice.placed) == choice.arena_bytes
        function = arena_and_function(choice.placed)[1]
        assert len(kernels_of(function)) == choice.kernel_calls


def test_a_budget_that_ends_early_keeps_the_best_stages(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Whatever the budget, the stages reach the peak that is said."""
    network = network_of(classifier())
    for budget in range(200, 1000, 35):
        monkeypatch.setattr(search_module, "BUDGET", budget)
        search = search_of(network)
        peak, stages = search.smallest()
        assert search.peak(search.plan(stages)) == peak


def test_many_ops_that_cannot_be_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    """An unrolled recurrence: long stages of it are not tried, and nothing is lost."""
    writer = TFLiteWriter()
    step = writer.input("x", shape=(1, 8), scale=0.1)
    state = step
    for _ in range(40):
        twice = writer.mul(state, step, output=Quant(0.1))
        state = writer.add(twice, state, output=Quant(0.1))
    writer.output(state)
    network = network_of(writer.finish(), "external", "arena")
    quick = search_of(network)
    peak, stages = quick.smallest()
    assert_valid(network.graph, stages)
    monkeypatch.setattr(search_module, "FLAT_OPS", len(network.graph.nodes))
    thorough = search_of(network)
    assert thorough.smallest()[0] == peak
    assert 5 * quick.costs.simulated_calls < thorough.costs.simulated_calls


def test_slices_are_as_fine_as_what_is_computed_is_short() -> None:
    """However long the input is, as audio: nothing that is computed is a long line."""
    net = Net(800, 1, 1)
    x = net.conv(net.x, 8, (40, 1), (20, 1), "VALID")
    x = net.conv(net.conv(x, 12, (3, 1)), 12, (4, 1), (2, 1), "VALID")
    net.writer.output(x)
    search = search_of(network_of(net.writer.finish(), "external", "external"))
    assert min(height for height in search.freedom.heights if height) == 1
    assert search.smallest()[0] < 100
