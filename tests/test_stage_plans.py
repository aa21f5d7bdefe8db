"""What the passes make of plans: the same outputs, stage by stage, verified arenas."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

import numpy as np
import pytest
from plan_networks import NETWORKS, classifier, reshapes, same_operands
from support_plans import INPUTS, Network, network_of, random_network, random_plan
from support_unit import function_of, generated_inputs, interpreted, transformed
from xdsl.dialects.builtin import ArrayAttr, IntegerAttr, ModuleOp

from lowering.accesses import kernels_of
from lowering.pipelines import placing_passes, planned_passes
from lowering.plan_stages import UNSPLIT, write_plan
from lowering.stages.plan import Plan
from lowering.stages.search import Search
from lowering.stages.unsplit import unsplit_reasons
from lowering.stages.variants import Freedom
from tinyts_dialect.interfaces import TensorOp

Stages = list[int]


def sliced(network: Network, plan: Plan) -> ModuleOp:
    """The slices of a plan in the order of execution."""
    write_plan(network.graph, plan)
    passes = planned_passes(input="external", output="external", fuse=True)
    return transformed(network.module, passes.partition(",convert")[0])


def assert_same_outputs(network: Network, plan: Plan) -> ModuleOp:
    after = sliced(network, plan)
    inputs = [array[:2] for array in generated_inputs(network.module)]
    expected = interpreted(network.module, inputs)
    for mine, theirs in zip(interpreted(after, inputs), expected, strict=True):
        np.testing.assert_array_equal(mine, theirs)
    return after


def stages_of(module: ModuleOp) -> Stages:
    """The stages of the ops of a module, in their order."""
    return [
        op.stage.value.data
        for op in function_of(module).body.block.ops
        if isinstance(op, TensorOp) and op.stage is not None
    ]


@pytest.mark.parametrize("seed", range(100, 124))
def test_random_plans_keep_every_byte(seed: int) -> None:
    network = random_network(seed, "external", "external")
    plan = random_plan(network.graph, Random(seed))
    stages = stages_of(assert_same_outputs(network, plan))
    assert stages == sorted(stages)
    assert max(stages, default=0) < len(plan.stages)


@pytest.mark.parametrize("make", NETWORKS)
def test_random_plans_of_special_networks(make: Callable[[], bytes]) -> None:
    network = network_of(make())
    for seed in (1, 2):
        assert_same_outputs(network, random_plan(network.graph, Random(seed)))


@pytest.mark.parametrize("make", NETWORKS)
def test_searched_plans(make: Callable[[], bytes]) -> None:
    """The plan that is found keeps every byte, and its arena is proven free of
    conflicts."""
    network = network_of(make(), INPUTS[NETWORKS.index(make) % 3], "arena")
    search = Search(network.graph, Freedom(), 4)
    peak, stages = search.smallest()
    plan = search.plan(search.cheapest(peak, stages))
    assert_same_outputs(network, plan)
    passes = planned_passes(input=network.input, output=network.output, fuse=True)
    placed = transformed(network.module, f"{passes},{placing_passes(4)}")
    stages = [
        kernel.attributes["stage"].value.data
        for kernel in kernels_of(function_of(placed))
        if "stage" in kernel.attributes
    ]
    assert stages == sorted(stages)


def test_a_plan_replaces_the_one_before() -> None:
    network = network_of(classifier())
    random = Random(1)
    plans = [random_plan(network.graph, random) for _ in range(2)]
    write_plan(network.graph, plans[1])
    expected = str(network.module)
    write_plan(network.graph, plans[0])
    assert str(network.module) != expected
    write_plan(network.graph, plans[1])
    assert str(network.module) == expected


def test_what_cannot_be_cut() -> None:
    assert unsplit_reasons(network_of(same_operands()).graph) == [
        (6, "it reduces axes [1], not rows and columns alone"),
        (8, "it reduces axes [2], not rows and columns alone"),
    ]
    assert not unsplit_reasons(network_of(classifier()).graph)


def test_reshapes_that_need_all_rows() -> None:
    """Those of the input count where it lies in the arena."""
    outside, inside = (
        [layer for layer, _ in unsplit_reasons(network_of(reshapes(), place).graph)]
        for place in ("external", "arena")
    )
    assert set(inside) - set(outside) == {2, 6}  # of a chain the last stays
    found = dict(unsplit_reasons(network_of(reshapes(), "arena").graph))
    assert found[6] == "it reshapes [1, 6, 4, 2] to [1, 8, 2, 3], which has other rows"


def test_the_module_lists_what_cannot_be_cut() -> None:
    for make, count in ((same_operands, 2), (classifier, 0)):
        network = network_of(make())
        after = sliced(network, random_plan(network.graph, Random(0)))
        noted = after.attributes.get(UNSPLIT)
        assert (UNSPLIT in after.attributes) == bool(count)
        entries = list(noted) if isinstance(noted, ArrayAttr) else []
        assert len(entries) == count
        for entry in entries:
            assert set(entry.data) == {"layer", "reason"}
            assert isinstance(entry.data["layer"], IntegerAttr)
