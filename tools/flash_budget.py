"""How much flash a model may need, and what of it is left for its constants.

What else lies in flash is estimated before the C exists: the code, the structures of
the layers, and the tables of rows.
"""

from __future__ import annotations

from xdsl.dialects.builtin import ModuleOp
from xdsl.dialects.func import FuncOp

from lowering.accesses import arena_and_function, kernels_of
from tinyts_dialect.tsbuf import RowsOp
from tools.options import CompileOptions

INTERPRETER = 40_000
"""Code and tables of an interpreter with the fewest kernels, beside the model file."""

CONVOLUTION = 20_000
"""What its convolutions add."""

CODE = 16_000
"""Bytes of the kernels that a model needs."""

BLOCK = 8_000
"""What those of blocks add, which share little with others."""

WINDOWED = frozenset(
    {"conv_2d", "depthwise_conv_2d", "fused_block", "fused_pixels", "fused_rows"}
)

LAYER = 220
"""Bytes of a layer's structure, of its tensors and its calls."""


def flash_limit(options: CompileOptions, file_bytes: int, module: ModuleOp) -> int:
    """Bytes that code and constants may have: as given, or those of an interpreter.

    By default no more than TFLite Micro's code, its tables and the model file.
    """
    if options.flash_limit is not None:
        return options.flash_limit
    kernels = {call.kernel.data for call in kernels_of(arena_and_function(module)[1])}
    return file_bytes + INTERPRETER + (CONVOLUTION if kernels & WINDOWED else 0)


def constants_budget(module: ModuleOp, limit: int) -> int:
    """What a limit leaves for the constants of a placed module."""
    _, function = arena_and_function(module)
    calls = kernels_of(function)
    layers = {(call.layer, call.fields) for call in calls}
    blocks = any(call.kernel.data == "fused_block" for call in calls)
    code = CODE + (BLOCK if blocks else 0)
    return limit - code - LAYER * len(layers) - _tables(function)


def _tables(function: FuncOp) -> int:
    """Bytes of the tables of rows, where rows do not lie evenly."""
    return sum(
        2 * op.image.height
        for op in function.body.block.ops
        if isinstance(op, RowsOp) and len(op.buffers) > 1
    )
