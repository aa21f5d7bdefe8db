"""The table of what a graph can be made of."""

from tools.random_graphs import families
from tools.random_graphs.closing import final_reductions, softmax_head
from tools.random_graphs.ends import OPERATORS as ENDS
from tools.random_graphs.generator import Generator, entry
from tools.random_graphs.operators import collected_generators

_WINDOWS = "CONV_2D DEPTHWISE_CONV_2D AVERAGE_POOL_2D MAX_POOL_2D"

GENERATORS: tuple[Generator, ...] = (
    entry("conv_2d", "CONV_2D", 6, families.conv_2d),
    entry("depthwise_conv_2d", "DEPTHWISE_CONV_2D", 4, families.depthwise_conv_2d),
    entry("fully_connected", "FULLY_CONNECTED", 1.5, families.fully_connected),
    entry("average_pool_2d", "AVERAGE_POOL_2D", 1.5, families.average_pool_2d),
    entry("max_pool_2d", "MAX_POOL_2D", 2, families.max_pool_2d),
    entry("pad", "PAD", 1.5, families.pad),
    entry("mean", "MEAN", 0.7, families.mean),
    entry("reshape", "RESHAPE", 1, families.reshape_chain),
    entry("add_pair", "ADD", 1.5, families.add_pair),
    entry("add_constant", "ADD", 0.8, families.add_constant),
    entry("add_broadcast", "ADD MEAN", 0.4, families.add_broadcast),
    entry("mul_pair", "MUL", 1, families.mul_pair),
    entry("mul_constant", "MUL", 0.8, families.mul_constant),
    entry("mul_broadcast", "MUL MEAN", 0.6, families.mul_broadcast),
    entry(
        "concatenation", "CONCATENATION CONV_2D MAX_POOL_2D", 2, families.concatenation
    ),
    entry(
        "concatenation_with_itself",
        "CONCATENATION AVERAGE_POOL_2D PAD",
        1,
        families.concatenation_with_itself,
    ),
    entry(
        "concatenation_of_vectors",
        "CONCATENATION FULLY_CONNECTED",
        0.5,
        families.concatenation_of_vectors,
    ),
    entry("residual", "CONV_2D ADD", 2, families.residual),
    entry(
        "inverted_residual",
        "CONV_2D DEPTHWISE_CONV_2D ADD",
        1.5,
        families.inverted_residual,
    ),
    entry(
        "fusible_chain", "CONV_2D DEPTHWISE_CONV_2D PAD", 8, families.fusible_chain
    ),
    entry("squeeze_and_excite", "MEAN CONV_2D MUL", 1, families.squeeze_and_excite),
    entry("padded_window", f"PAD {_WINDOWS}", 2, families.padded_window),
    entry("pad_read_twice", f"PAD ADD {_WINDOWS}", 1, families.pad_read_twice),
    entry(
        "final_reductions",
        "MEAN AVERAGE_POOL_2D RESHAPE FULLY_CONNECTED",
        0,
        final_reductions,
    ),
    entry("softmax_head", "MEAN FULLY_CONNECTED SOFTMAX", 0, softmax_head),
    *collected_generators(),
)
"""What a graph is made of, with what the files in `operators` add.

An entry of weight 0 only ends a graph.
"""

OPERATORS: tuple[str, ...] = tuple(
    sorted(frozenset(ENDS).union(*(item.operators for item in GENERATORS)))
)
"""Every builtin operator that the generator writes."""
