"""CONV_2D by `arm_convolve_wrapper_s8`. C: `runtime_c/cmsis_nn/conv_2d_cmsis_nn.c`."""

from __future__ import annotations

from collections.abc import Iterator

from lowering.cmsis_nn.exactness import sums_fit
from lowering.cmsis_nn.layers import MAX_SCRATCH, proposal
from lowering.cmsis_nn.slices import MAX_EXTENT, step_of
from lowering.cmsis_nn.windows import Axis, axes, expressible
from lowering.kernel_choice.kernel_variant import LayerCalls, Proposal

KERNELS = ("conv_2d",)

PER_MAC = 2.4
"""Instructions, about."""


def propose(layer: LayerCalls) -> Iterator[Proposal]:
    """One proposal where all calls can be handed over."""
    rows, columns = axes(layer)
    output = layer.image("output")
    weights = layer.arrays["weights"].reshape(output.channels, -1)
    taps = weights.shape[1]
    scratch = scratch_bytes(rows, columns, taps)
    step = step_of(layer, rows)
    if (
        step is not None
        and expressible(rows, columns)
        and (columns.inputs == columns.outputs or not _is_fast(rows, columns))
        and max(taps, scratch) <= min(2 * MAX_EXTENT, MAX_SCRATCH)
        and sums_fit(layer, weights)
    ):
        macs = layer.rows * output.row_bytes * taps
        yield proposal(layer, PER_MAC * macs, scratch, step=step)


def scratch_bytes(rows: Axis, columns: Axis, taps: int) -> int:
    """What `arm_convolve_wrapper_s8_get_buffer_size` says: two windows of 16 bits."""
    if _is_pointwise(rows, columns):
        return 0
    return 4 * (-(-taps // 4) * 4)


def _is_pointwise(rows: Axis, columns: Axis) -> bool:
    """Whether pixels are multiplied where they lie, without scratch."""
    return all(
        (axis.taps, axis.dilation) == (1, 1) and axis.padding <= 0
        for axis in (rows, columns)
    )


def _is_fast(rows: Axis, columns: Axis) -> bool:
    """Whether all pixels of the image are computed, one for each input."""
    return _is_pointwise(rows, columns) and rows.stride == columns.stride == 1
