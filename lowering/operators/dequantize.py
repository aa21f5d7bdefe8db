"""Lowering of `tinyts.dequantize` to `runtime_c/src/dequantize.c`."""

from __future__ import annotations

from lowering.calls.kernel_spec import CallRows, KernelSpec
from lowering.operators.quantize import element_type, float_bits
from tinyts_dialect.ops.dequantize import DequantizeOp
from tinyts_dialect.tensors import dtype_of

OPERATION = DequantizeOp


def lower(op: DequantizeOp, rows: CallRows) -> KernelSpec:
    """One call of the conversion to floats."""
    quant = op.input_quant()
    return KernelSpec(
        "dequantize",
        {
            "input_type": element_type(dtype_of(op.input)),
            "input_offset": -quant.zero_point,
            "scale": float_bits(quant.scale),
        },
    )
