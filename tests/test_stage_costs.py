"""Estimated instructions of stages."""

from __future__ import annotations

import pytest
from plan_networks import Net
from support_plans import network_of

from lowering.stages.cost_model import ALONE_MAC, stage_instructions
from lowering.stages.plan import Stage


@pytest.mark.parametrize(
    ("width", "rows", "alone"),
    [(1, 1, 8), (1, 2, 0), (1, 3, 2), (3, 1, 8), (3, 2, 0), (3, 8, 0), (2, 1, 0)],
)
def test_pixels_alone_cost_more(width: int, rows: int, alone: int) -> None:
    """Of 8 rows, those whose last pixel has no other beside it in its call."""
    net = Net(8, width, 16)
    graph = network_of(net.finish(net.point(net.x, 24))).graph
    paired = stage_instructions(graph, Stage(0, 1, 8), 0)
    cost = stage_instructions(graph, Stage(0, 1, rows), 0)
    assert cost - paired == round(ALONE_MAC * alone * 16 * 24)
