"""Random plans are repeatable and use all that the passes can do."""

from collections import Counter
from pathlib import Path

import pytest
from xdsl.dialects.builtin import IntegerAttr

from tinyts_dialect.interfaces import TensorOp
from tools.options import resolve
from tools.random_graphs import random_graph
from tools.random_plans import (
    CONCATENATIONS,
    MAX_GROUP,
    ORDERS,
    OVERLAPS,
    RandomPlan,
    compile_randomly,
    module_text,
    plan_randomly,
)

SEEDS = range(90)


@pytest.fixture(scope="module")
def plans(tmp_path_factory: pytest.TempPathFactory) -> list[RandomPlan]:
    """One plan of each graph."""
    path = tmp_path_factory.mktemp("graphs") / "graph.tflite"
    found: list[RandomPlan] = []
    for seed in SEEDS:
        path.write_bytes(random_graph(seed))
        found.append(plan_randomly(path, resolve(optimize="none"), seed))
    return found


def test_every_freedom_is_used(plans: list[RandomPlan]) -> None:
    found = Counter[str]()
    for plan in plans:
        found.update((plan.order, plan.overlap, plan.concatenation))
        for op in plan.module.walk():
            if not isinstance(op, TensorOp):
                continue
            found["stage"] += op.stage is not None and op.stage.value.data > 0
            found["whole"] += op.slice is None
            found["stream"] += op.stream is not None
            found["slice"] += op.slice is not None
            found["keep"] += "keep" in op.attributes
            if op.fuse is not None:
                found[op.fuse.data] += 1
            group = op.attributes.get("group")
            if isinstance(group, IntegerAttr):
                found[f"group {group.value.data}"] += 1
    wanted = {"stage", "whole", "stream", "slice", "keep", "rows", "pixels"}
    wanted |= {*ORDERS, *OVERLAPS, *CONCATENATIONS}
    assert min(found[name] for name in wanted) >= 1, found
    groups = [name for name in found if name.startswith("group")]
    assert len(groups) > MAX_GROUP // 2


def test_a_seed_is_one_plan(plans: list[RandomPlan], tmp_path: Path) -> None:
    path = tmp_path / "graph.tflite"
    for seed in range(5):
        path.write_bytes(random_graph(seed))
        again = plan_randomly(path, resolve(optimize="none"), seed)
        assert again.pipeline == plans[seed].pipeline
        assert module_text(again.module) == module_text(plans[seed].module)


def test_the_same_plan_without_fused_kernels(
    plans: list[RandomPlan], tmp_path: Path
) -> None:
    seed = next(seed for seed in SEEDS if 'fuse = "' in module_text(plans[seed].module))
    path = tmp_path / "graph.tflite"
    path.write_bytes(random_graph(seed))
    compiled = compile_randomly(path, resolve(optimize="none"), seed)
    assert compiled.fused_layers
    assert compiled.unfused is not compiled
    assert not compiled.unfused.fused_layers
    assert compiled.unfused.unfused is compiled.unfused
