"""DEPTHWISE_CONV_2D by `arm_depthwise_conv_wrapper_s8`.

C: `runtime_c/cmsis_nn/depthwise_conv_2d_cmsis_nn.c`.
"""

from __future__ import annotations

from collections.abc import Iterator

from lowering.cmsis_nn.exactness import sums_fit
from lowering.cmsis_nn.layers import MAX_SCRATCH, proposal
from lowering.cmsis_nn.slices import slices_of, step_of
from lowering.cmsis_nn.windows import Axis, axes, expressible
from lowering.kernel_choice.kernel_variant import LayerCalls, Proposal

KERNELS = ("depthwise_conv_2d",)

PER_MAC = 4.5
"""Instructions, about."""


def propose(layer: LayerCalls) -> Iterator[Proposal]:
    """One proposal where all calls can be handed over."""
    rows, columns = axes(layer)
    output = layer.image("output")
    weights = layer.arrays["weights"].reshape(-1, output.channels).T
    step = step_of(layer, rows)
    if step is None:
        return
    pads = {rows.pads(first) for _, first, _ in slices_of(layer, step)}
    channels = output.channels if layer.params["ch_mult"] == 1 else 0
    scratch = max(scratch_bytes(channels, pad, rows, columns) for pad in pads)
    if (
        expressible(rows, columns)
        and (_has_middle(columns) or not any(_is_3x3(p, rows, columns) for p in pads))
        and scratch <= MAX_SCRATCH
        and sums_fit(layer, weights)
    ):
        macs = layer.rows * output.row_bytes * weights.shape[1]
        yield proposal(layer, PER_MAC * macs, scratch, step=step)


def scratch_bytes(channels: int, pad: int, rows: Axis, columns: Axis) -> int:
    """What `arm_depthwise_conv_wrapper_s8_get_buffer_size` says of a slice.

    A window in 16 bits. `channels` are those of a layer with as many inputs as outputs,
    else 0; `pad` is the slice's padding above.
    """
    dilated = (rows.dilation, columns.dilation) != (1, 1)
    if dilated or _is_3x3(pad, rows, columns):
        return 0
    return 2 * channels * rows.taps * columns.taps


def _is_3x3(pad: int, rows: Axis, columns: Axis) -> bool:
    """Whether the function for windows of three by three stands a slice's padding."""
    return rows.taps == columns.taps == 3 and max(pad, columns.padding) <= 1


def _has_middle(columns: Axis) -> bool:
    """Whether the middle tap of every window of three exists: it is read unasked."""
    last = (columns.outputs - 1) * columns.stride - columns.padding + 1
    return columns.padding <= 1 and last < columns.inputs
