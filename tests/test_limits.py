"""`--sram-limit`: what a limit makes of the demo network."""

from pathlib import Path

import pytest

from tools.compiler import compile_path, explore
from tools.options import resolve
from tools.planner import Planner
from tools.user_errors import UserError

MODEL = Path(__file__).parents[1] / "examples" / "digits" / "digits.tflite"


@pytest.fixture(scope="module")
def smallest() -> int:
    """The smallest arena of the network."""
    return compile_path(MODEL, resolve()).arena_bytes


def test_more_memory_costs_no_more_instructions(smallest: int) -> None:
    costs: list[int] = []
    for factor in (1.0, 1.5, 3.0, 20.0):
        options = resolve(sram_limit=int(smallest * factor))
        compiled = compile_path(MODEL, options)
        assert compiled.arena_bytes <= smallest * factor
        assert compiled.plan is not None
        planner = Planner(compiled.imported, options)
        costs.append(planner.instructions(compiled.plan))
    assert costs == sorted(costs, reverse=True)
    assert costs[-1] < costs[0]


def test_too_little_memory_names_what_is_needed(smallest: int) -> None:
    with pytest.raises(UserError, match=f"needs {smallest} bytes at least"):
        compile_path(MODEL, resolve(sram_limit=smallest - 1))


def test_explored_limits_compile_again(smallest: int) -> None:
    points = explore(MODEL, resolve())
    assert min(point.arena_bytes for point in points) == smallest
    fastest = min(points, key=lambda point: point.estimated_instructions)
    again = compile_path(MODEL, resolve(sram_limit=fastest.arena_bytes))
    assert again.arena_bytes <= fastest.arena_bytes
