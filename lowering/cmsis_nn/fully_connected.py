"""FULLY_CONNECTED by `arm_fully_connected_wrapper_s8`.

C: `runtime_c/cmsis_nn/fully_connected_cmsis_nn.c`.
"""

from __future__ import annotations

from collections.abc import Iterator

from lowering.cmsis_nn.exactness import sums_fit
from lowering.cmsis_nn.layers import proposal
from lowering.cmsis_nn.slices import MAX_EXTENT
from lowering.contiguous import is_contiguous
from lowering.kernel_choice.kernel_variant import LayerCalls, Proposal

KERNELS = ("fully_connected",)

PER_MAC = 2.1
"""Instructions, about."""


def propose(layer: LayerCalls) -> Iterator[Proposal]:
    """One proposal where the vectors of each call follow each other."""
    output, input = layer.image("output"), layer.image("input")
    whole = all(call.named_rows() == (0, output.height) for call in layer.calls)
    by_rows = input[:2] == output[:2]
    accesses = [a for c in layer.calls for a in (*c.writes(), *c.reads())]
    weights = layer.arrays["weights"].reshape(output.channels, -1)
    if (
        all(map(is_contiguous, accesses))
        and max(*input, *output) <= MAX_EXTENT
        and (whole or by_rows)
        and layer.params["params"]["filter_offset"] == 0
        and sums_fit(layer, weights)
    ):
        macs = layer.rows * output.row_bytes * weights.shape[1]
        yield proposal(layer, PER_MAC * macs, depth=weights.shape[1])
