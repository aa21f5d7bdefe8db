"""Lowering of `tinyts.l2_normalization` to `runtime_c/src/l2_normalization.c`."""

from __future__ import annotations

from lowering.calls.kernel_spec import CallRows, KernelSpec
from tinyts_dialect.ops.l2_normalization import L2NormalizationOp
from tinyts_dialect.tensors import quant_of

OPERATION = L2NormalizationOp


def lower(op: L2NormalizationOp, rows: CallRows) -> KernelSpec:
    """One call of the operator."""
    offset = -quant_of(op.input).zero_point
    return KernelSpec("l2_normalization", {"input_offset": offset})
