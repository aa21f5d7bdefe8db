"""Lowering of `tinyts.transpose` to `runtime_c/src/transpose.c`."""

from __future__ import annotations

from math import prod

from lowering.calls.kernel_spec import CallRows, KernelSpec
from tinyts_dialect.ops.transpose import TransposeOp
from tinyts_dialect.tensors import shape_of

OPERATION = TransposeOp

ROWS, COLUMNS, CHANNELS = "row", "column", "channel"

Step = dict[str, int]
"""How far one step along an axis of the output moves in the input's image."""


def steps_of(shape: tuple[int, ...]) -> list[Step]:
    """For each axis of an input the move of one step along it."""
    padded = (1,) * max(0, 3 - len(shape)) + shape
    leading = padded[:-2]
    steps = [
        {ROWS: prod(leading[axis + 1 :]), COLUMNS: 0, CHANNELS: 0}
        for axis in range(len(leading))
    ]
    steps += [
        {ROWS: 0, COLUMNS: 1, CHANNELS: 0},
        {ROWS: 0, COLUMNS: 0, CHANNELS: 1},
    ]
    return steps[len(padded) - len(shape) :]


def lower(op: TransposeOp, rows: CallRows) -> KernelSpec:
    """One call of the copy: the output's axes as rows (three), columns, channels."""
    shape = shape_of(op.input)
    moves = [steps_of(shape)[axis] for axis in op.permutation()]
    sizes = [shape[axis] for axis in op.permutation()]
    still: Step = {ROWS: 0, COLUMNS: 0, CHANNELS: 0}
    missing = 5 - len(moves)
    moves, sizes = [still] * missing + moves, [1] * missing + sizes
    if op.keeps_rows():
        output_row, input_row = rows.output[0], rows.inputs[0][0]
    else:
        output_row, input_row = rows.output[0] - op.start(), rows.inputs[0][0]
    return KernelSpec(
        "transpose",
        {
            "output_row": output_row,
            "input_row": input_row,
            "middle_rows": sizes[1],
            "inner_rows": sizes[2],
            "outer": moves[0],
            "middle": moves[1],
            "inner": moves[2],
            "column": moves[3],
            "channel": moves[4],
        },
    )
