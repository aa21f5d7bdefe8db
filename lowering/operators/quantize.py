"""Lowering of `tinyts.quantize` to one of its three kernels in `runtime_c/src`."""

from __future__ import annotations

import numpy as np

from lowering.calls.kernel_spec import CallRows, KernelSpec, quant_params
from tinyts_dialect.ops.quantize import QuantizeOp
from tinyts_dialect.tensors import dtype_of

OPERATION = QuantizeOp

ELEMENT_TYPES = {"int8": 0, "uint8": 1, "int16": 2, "int32": 3}
"""The numbers of `tinyts_element_type`."""


def element_type(dtype: np.dtype[np.generic]) -> int:
    """A type as the kernels know it."""
    return ELEMENT_TYPES[dtype.name]


def float_bits(value: float) -> int:
    """A positive number as the bits of a single-precision float."""
    return int(np.float32(value).view(np.int32))


def lower(op: QuantizeOp, rows: CallRows) -> KernelSpec:
    """One call: a change of sign, of floats to integers, or of scales."""
    if op.flips_sign():
        return KernelSpec("flip_sign", {})
    quant = op.output_quant()
    low, high = op.limits()
    output = {
        "output_type": element_type(dtype_of(op.result)),
        "output_offset": quant.zero_point,
        "activation": {"min": low, "max": high},
    }
    if op.reads_floats():
        scale = float_bits(quant.scale)
        return KernelSpec("quantize_float", {"scale": scale, **output})
    return KernelSpec(
        "quantize",
        {
            "input_type": element_type(dtype_of(op.input)),
            "input_offset": -op.input_zero_point(),
            "quant": quant_params(op.multiplier()),
            **output,
        },
    )
