"""The table of what a graph can be made of."""

from collections.abc import Callable
from dataclasses import dataclass

from tools.random_graphs import families
from tools.random_graphs.closing import final_reductions, softmax_head
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


def _entry(
    name: str, operators: str, weight: float, add: Callable[[Graph], bool]
) -> Generator:
    return Generator(name, frozenset(operators.split()), weight, add)


_WINDOWS = "CONV_2D DEPTHWISE_CONV_2D AVERAGE_POOL_2D MAX_POOL_2D"

GENERATORS: tuple[Generator, ...] = (
    _entry("conv_2d", "CONV_2D", 6, families.conv_2d),
    _entry("depthwise_conv_2d", "DEPTHWISE_CONV_2D", 4, families.depthwise_conv_2d),
    _entry("fully_connected", "FULLY_CONNECTED", 1.5, families.fully_connected),
    _entry("average_pool_2d", "AVERAGE_POOL_2D", 1.5, families.average_pool_2d),
    _entry("max_pool_2d", "MAX_POOL_2D", 2, families.max_pool_2d),
    _entry("pad", "PAD", 1.5, families.pad),
    _entry("mean", "MEAN", 0.7, families.mean),
    _entry("reshape", "RESHAPE", 1, families.reshape_chain),
    _entry("add_pair", "ADD", 1.5, families.add_pair),
    _entry("add_constant", "ADD", 0.8, families.add_constant),
    _entry("add_broadcast", "ADD MEAN", 0.4, families.add_broadcast),
    _entry("mul_pair", "MUL", 1, families.mul_pair),
    _entry("mul_constant", "MUL", 0.8, families.mul_constant),
    _entry("mul_broadcast", "MUL MEAN", 0.6, families.mul_broadcast),
    _entry(
        "concatenation", "CONCATENATION CONV_2D MAX_POOL_2D", 2, families.concatenation
    ),
    _entry(
        "concatenation_with_itself",
        "CONCATENATION AVERAGE_POOL_2D PAD",
        1,
        families.concatenation_with_itself,
    ),
    _entry(
        "concatenation_of_vectors",
        "CONCATENATION FULLY_CONNECTED",
        0.5,
        families.concatenation_of_vectors,
    ),
    _entry("residual", "CONV_2D ADD", 2, families.residual),
    _entry(
        "inverted_residual",
        "CONV_2D DEPTHWISE_CONV_2D ADD",
        1.5,
        families.inverted_residual,
    ),
    _entry(
        "fusible_chain", "CONV_2D DEPTHWISE_CONV_2D PAD", 8, families.fusible_chain
    ),
    _entry("squeeze_and_excite", "MEAN CONV_2D MUL", 1, families.squeeze_and_excite),
    _entry("padded_window", f"PAD {_WINDOWS}", 2, families.padded_window),
    _entry("pad_read_twice", f"PAD ADD {_WINDOWS}", 1, families.pad_read_twice),
    _entry(
        "final_reductions",
        "MEAN AVERAGE_POOL_2D RESHAPE FULLY_CONNECTED",
        0,
        final_reductions,
    ),
    _entry("softmax_head", "MEAN FULLY_CONNECTED SOFTMAX", 0, softmax_head),
)
"""What a graph is made of. An entry of weight 0 only ends a graph."""

OPERATORS: tuple[str, ...] = tuple(
    sorted(frozenset[str]().union(*(entry.operators for entry in GENERATORS)))
)
"""Every builtin operator that the generator writes."""
