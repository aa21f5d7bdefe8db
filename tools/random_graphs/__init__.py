"""Generate small, valid int8 CNNs from a seed, as material for tests.

`random_graph(seed)` gives the bytes of a `.tflite` with 3 to 20 operators: branches,
residuals, explicit pads, concatenations on every axis, odd sizes, one-dimensional
images, one or two inputs, one to three outputs. `GENERATORS` is the table of what can
be added to a graph; each entry is a name and a function that adds operators to a
`Graph` or returns False, so a new operator is a method of `Graph` that writes it, a
function in `families.py` that calls it, and an entry in `table.py`.

Scales come from a calibration as a converter does it: a few sample inputs run through
the graph while it grows, in integers held as float64 (exact, so any machine gives the
same bytes), and the output scale of a layer is chosen from the deviation of its
accumulators. An operator whose samples would be nearly constant is not added, so two
implementations that differ do differ in some byte.

    python -m tools.random_graphs SEED -o file.tflite
"""

from tools.random_graphs.graph import Graph
from tools.random_graphs.growth import operators_of, random_graph
from tools.random_graphs.state import (
    MAX_ELEMENTS,
    MAX_OPERATORS,
    MAX_OUTPUTS,
    MIN_OPERATORS,
)
from tools.random_graphs.table import GENERATORS, OPERATORS, Generator

__all__ = [
    "GENERATORS",
    "MAX_ELEMENTS",
    "MAX_OPERATORS",
    "MAX_OUTPUTS",
    "MIN_OPERATORS",
    "OPERATORS",
    "Generator",
    "Graph",
    "operators_of",
    "random_graph",
]
