"""`docs/operators.md`: the supported operators, generated from the op table."""

from __future__ import annotations

import sys

from tinyts_dialect.interfaces import SplittableOpInterface
from tools.op_table import OP_TABLE
from tools.variables import VARIABLE_OPERATORS

HEADER = """# Supported operators

Generated from the op table by `make docs`; a test keeps it current.

Activations are int8, batch is 1; inputs and outputs may be uint8, int16 or float32,
outputs int32 too, behind QUANTIZE and DEQUANTIZE. Operators whose inputs are all
constant, and SHAPE, are computed at import (`tools/constant_folding.py`).
SPACE_TO_BATCH_ND, a convolution and BATCH_TO_SPACE_ND are read as one dilated
convolution. Beside the model's subgraph there may be the one that initializes its
variables. An operator that splits can be computed a few rows at a time.

| operator | operation | splits | supported |
|---|---|---|---|
"""


def operators_page() -> str:
    """The text of the page."""
    rows = [
        f"| {entry.builtin} | `{entry.operation.name}` "
        f"| {'yes' if issubclass(entry.operation, SplittableOpInterface) else 'no'} "
        f"| {entry.supports} |"
        for entry in sorted(OP_TABLE, key=lambda entry: entry.builtin)
    ]
    rows += [
        f"| {builtin} | a value | no | {arity.supports} |"
        for builtin, arity in VARIABLE_OPERATORS.items()
    ]
    return HEADER + "\n".join(rows) + "\n"


if __name__ == "__main__":
    sys.stdout.write(operators_page())
