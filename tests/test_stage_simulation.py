"""The simulator sees the live bytes and the calls of what the passes make of a plan."""

from __future__ import annotations

from itertools import product
from random import Random

import pytest
from support_plans import (
    INPUTS,
    OUTPUTS,
    measured,
    random_network,
    random_plan,
    simulated,
)

SEEDS = range(40)


@pytest.mark.parametrize("seed", SEEDS)
def test_random_plans(seed: int) -> None:
    random = Random(seed)
    input, output = list(product(INPUTS, OUTPUTS))[seed % 6]
    network = random_network(seed, input, output)
    for _ in range(2):
        plan = random_plan(network.graph, random)
        assert simulated(network.graph, plan) == measured(network, plan), plan
