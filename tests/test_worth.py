"""What a larger arena is worth, far from the unsplit schedule and near it."""

from math import isclose, log

import pytest

from lowering.kernel_choice.worth import FAR, NEAR, Objective, price


def test_growth_costs_more_and_more() -> None:
    assert price(1) == 0
    assert isclose(price(1.02), 1.5 * log(1.02))
    assert price(1.06) > 2 * price(1.03)


def test_without_growth_fewer_instructions_cost_less() -> None:
    objective = Objective(1000)
    assert objective.cost(900, 1000) < objective.cost(1000, 1000)
    assert objective.cost(900, 500) == objective.cost(900, 1000)
    assert objective.cost(0, 0) == 0


@pytest.mark.parametrize(("unsplit", "grows"), [(0, False), (1000, False), (900, True)])
def test_what_is_far_counts_more(unsplit: int, *, grows: bool) -> None:
    """Four percent of the arena for two of the instructions."""
    objective = Objective(1000, unsplit)
    assert (objective.cost(980, 1040) < objective.cost(1000, 1000)) == grows


def test_far_begins_near_the_unsplit_schedule() -> None:
    objective = Objective(1000, 1000)
    near = round(1000 * NEAR)
    assert objective.too_many(near) == 1
    assert isclose(objective.too_many(2 * near), 2)
    more = objective.cost(2 * near, 1000) - objective.cost(near, 1000)
    assert isclose(more, (1 + FAR) * log(2))
