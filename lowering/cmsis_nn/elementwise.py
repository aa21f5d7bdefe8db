"""ADD, MUL, MAXIMUM and MINIMUM of tensors of one shape, by CMSIS-NN.

C: `add_cmsis_nn.c` and so on in `runtime_c/cmsis_nn`.
"""

from __future__ import annotations

from collections.abc import Iterator

from lowering.cmsis_nn.exactness import MIN_SHIFT, requantizes
from lowering.cmsis_nn.layers import proposal
from lowering.cmsis_nn.slices import step_of
from lowering.kernel_choice.kernel_variant import LayerCalls, Proposal
from lowering.overlaps.walks import Scalars

PER_VALUE = {"add": 30, "mul": 20, "maximum": 8, "minimum": 8}
"""Instructions, about."""

KERNELS = tuple(PER_VALUE)

LEFT_SHIFT = 20
"""Of the inputs of an addition; CMSIS-NN shifts their lower 16 bits."""


def propose(layer: LayerCalls) -> Iterator[Proposal]:
    """One proposal for inputs of the output's shape, in rows without gaps."""
    output = layer.image("output")
    same = all(layer.image(name) == output for name in ("input_1", "input_2"))
    step = step_of(layer) if same else None
    if step is not None and _is_exact(layer.kernel, layer.params):
        values = layer.rows * output.row_bytes
        yield proposal(layer, PER_VALUE[layer.kernel] * values, step=step)


def _is_exact(kernel: str, params: Scalars) -> bool:
    """Whether no number of the layer leaves 32 bits."""
    if kernel == "mul":
        return requantizes(255 * 255, params["output_quant"]["shift"])
    if kernel != "add":
        return True
    inputs = (params["input_1_quant"], params["input_2_quant"])
    shifted = 255 << LEFT_SHIFT  # of one input, which is scaled down then
    return (
        params["left_shift"] == LEFT_SHIFT
        and all(MIN_SHIFT <= quant["shift"] <= 0 for quant in inputs)
        and requantizes(2 * shifted, params["output_quant"]["shift"])
    )
