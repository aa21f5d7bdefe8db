"""One entry of the table of what a graph can be made of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tools.random_graphs.graph import Graph


@dataclass(frozen=True)
class Generator:
    """Something a graph can grow by.

    `operators` are all builtins that `add` may write; `weight` how often it is tried.
    """

    name: str
    operators: frozenset[str]
    weight: float
    add: Callable[[Graph], bool]


def entry(
    name: str, operators: str, weight: float, add: Callable[[Graph], bool]
) -> Generator:
    """An entry whose operators are words of a text."""
    return Generator(name, frozenset(operators.split()), weight, add)
