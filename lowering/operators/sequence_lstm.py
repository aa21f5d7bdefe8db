"""Lowering of `tinyts.sequence_lstm` to `runtime_c/src/sequence_lstm.c`."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from lowering.calls.kernel_spec import CallRows, KernelSpec, quant_params
from tinyts_dialect.gates import SIGMOID_TABLE
from tinyts_dialect.multipliers import Multiplier
from tinyts_dialect.ops.sequence_lstm import SequenceLstmOp
from tinyts_dialect.tensors import quant_of

OPERATION = SequenceLstmOp


def lower(op: SequenceLstmOp, rows: CallRows) -> KernelSpec:
    """One call of the layer: all steps."""
    multipliers = op.multipliers()
    return KernelSpec(
        "sequence_lstm",
        {
            "input_offset": -quant_of(op.input).zero_point,
            "hidden_zero_point": quant_of(op.hidden).zero_point,
            "tanh_shift": op.tanh_shift(),
            "cell_clip": op.cell_clip.value.data,
            "forget_quant": quant_params(multipliers.forget),
            "update_quant": quant_params(multipliers.update),
            "hidden_quant": quant_params(multipliers.hidden),
        },
        constants={
            "input_weights": op.input_weights,
            "recurrent_weights": op.recurrent_weights,
            "bias": op.bias,
            "sigmoid_table": SIGMOID_TABLE.astype(np.int32),
            **_of_gates("input_quant", multipliers.inputs),
            **_of_gates("recurrent_quant", multipliers.recurrent),
        },
    )


def _of_gates(
    name: str, multipliers: Sequence[Multiplier]
) -> dict[str, npt.NDArray[np.int32]]:
    values, shifts = zip(*multipliers, strict=True)
    return {
        f"{name}.multiplier": np.array(values, np.int32),
        f"{name}.shift": np.array(shifts, np.int32),
    }
