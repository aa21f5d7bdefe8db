"""The simulator sees the live bytes and the calls of what the passes make of a plan."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import product
from pathlib import Path
from random import Random

import pytest
from plan_networks import NETWORKS, reshapes, shared_reshapes
from support_fused import random_pair
from support_plans import (
    INPUTS,
    OUTPUTS,
    Network,
    measured,
    network_of,
    random_network,
    random_plan,
    simulated,
)

from lowering.stages.plan import OVERLAPS, Plan, Stage
from lowering.stages.search import Search
from lowering.stages.stage_cost import StageCosts
from lowering.stages.variants import Freedom
from tinyts_dialect.ops.assign import AssignOp
from tools.import_tflite import import_tflite_path
from tools.model_folders import CACHE, models_folder
from tools.tflite_file import TFLiteError

PLACES = tuple(product(INPUTS, OUTPUTS))
FOLDER = models_folder()
SMALL_BYTES = 350_000
MODELS = sorted(FOLDER.glob("*.tflite")) if FOLDER is not None else []


def assert_exact(network: Network, random: Random, count: int) -> None:
    """Random plans of a network need what the simulator says."""
    for _ in range(count):
        plan = random_plan(network.graph, random)
        expected, found = measured(network, plan), simulated(network.graph, plan)
        if any(isinstance(node.op, AssignOp) for node in network.graph.nodes):
            # a tensor that only an assignment reads may be written in its place
            assert found.peak == expected.peak
            assert found.calls >= expected.calls
            continue
        assert found == expected, plan


@pytest.mark.parametrize("seed", range(42))
def test_random_graphs(seed: int) -> None:
    assert_exact(random_network(seed, *PLACES[seed % 6]), Random(seed), 1)


@pytest.mark.parametrize("seed", range(36))
def test_fused_pairs(seed: int) -> None:
    """Windows of every kind; some rows are needed by nobody."""
    module = random_pair(seed, ("rows", "pixels", "block")[seed // 6 % 3])
    for op in module.walk():
        op.attributes.pop("keep", None)  # plans recompute nothing
    assert_exact(network_of(module, *PLACES[seed % 6]), Random(seed), 2)


@pytest.mark.parametrize("seed", [*range(9), 107])
def test_tiles(seed: int) -> None:
    """Stages of rows and of tiles of any width, some pairs in these fused by rows."""
    random = Random(seed)
    network = random_network(seed, *PLACES[seed % 6])
    plan = random_plan(network.graph, random)
    stages = tuple(
        replace(
            stage,
            height=1,
            fused=stage.fused if seed > 8 else (),
            width=random.choice([1, 1, 2, 3, 4]),
        )
        if random.random() < 0.7
        else stage
        for stage in plan.stages
    )
    plan = replace(plan, stages=stages)
    assert simulated(network.graph, plan) == measured(network, plan), plan


@pytest.mark.parametrize("make", NETWORKS)
def test_special_networks(make: Callable[[], bytes]) -> None:
    model = make()
    for places in PLACES[NETWORKS.index(make) % 2 :: 2]:
        assert_exact(network_of(model, *places), Random(str(places)), 1)


@pytest.mark.parametrize("overlap", OVERLAPS)
def test_whole_tensors(overlap: str) -> None:
    """A plan without slices leaves all tensors whole."""
    for seed in range(3):
        network = random_network(seed, *PLACES[2 * seed + 1])
        stage = Stage(0, len(network.graph.nodes), 0)
        plan = Plan((stage,), overlap, 4)
        needs = simulated(network.graph, plan)
        assert needs == measured(network, plan)
        assert needs.calls <= 2 * len(network.graph.nodes) + len(network.graph.copies)


@pytest.mark.parametrize("make", NETWORKS)
def test_costs_of_single_stages(make: Callable[[], bytes]) -> None:
    """The worst stage is as bad as the whole plan, if all are cut into rows.

    A tensor and a reshape of it count twice where both are alive between stages.
    """
    model = make()
    for number, places in enumerate(PLACES):
        graph = network_of(model, *places).graph
        plan = random_plan(graph, Random(number))
        stages = tuple(replace(stage, height=1, fused=()) for stage in plan.stages)
        plan = Plan(stages, plan.overlap, 1)
        needs = simulated(graph, plan)
        costs = StageCosts(graph, plan.overlap, 1)
        found = [costs.of(stage) for stage in stages]
        end = costs.crossing_bytes(len(graph.nodes))
        peak = max(end, *(cost.peak for cost in found))
        if make in (reshapes, shared_reshapes):
            assert peak >= needs.peak
            continue
        assert peak == needs.peak
        assert sum(cost.calls for cost in found) + len(graph.copies) == needs.calls


def test_costs_of_slices_and_fused_pairs() -> None:
    """Other heights and fusion: the costs of a single stage are that of the plan."""
    for seed, places in enumerate(PLACES):
        graph = random_network(seed, *places).graph
        plan = random_plan(graph, Random(seed))
        one = replace(plan.stages[0], last=len(graph.nodes), fused=(), streamed=())
        cost = StageCosts(graph, plan.overlap, plan.alignment).of(one)
        needs = simulated(graph, replace(plan, stages=(one,)))
        assert cost.calls + len(graph.copies) == needs.calls
        if not graph.copies:
            assert cost.peak >= needs.peak


def models_and_inputs() -> list[object]:
    """Every model with its input outside, small ones with every place of the input."""
    return [
        pytest.param(model, input, id=f"{model.stem}-{input}")
        for model in MODELS
        for input in INPUTS
        if input == "external" or model.stat().st_size <= SMALL_BYTES
    ]


@pytest.mark.slow
@pytest.mark.parametrize(("model", "input"), models_and_inputs())
def test_models(model: Path, input: str) -> None:
    """The plan that the search finds needs what the search says."""
    try:
        module = import_tflite_path(model)
    except TFLiteError as error:
        if CACHE != FOLDER:
            raise
        pytest.skip(str(error))
    network = network_of(module, input, "external")
    overlaps = ("same", "trail") if model.stat().st_size <= SMALL_BYTES else ("trail",)
    for overlap in overlaps:
        search = Search(network.graph, Freedom(overlap=overlap), 4)
        peak, stages = search.smallest()
        plan = search.plan(search.cheapest(peak, stages))
        needs = simulated(network.graph, plan)
        assert needs == measured(network, plan)
        if overlap == "same":  # a taller slice before a stage leaves no room to trail
            assert needs.peak <= peak
