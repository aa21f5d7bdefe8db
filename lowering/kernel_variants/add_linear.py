"""ADD as one pair of multiply-adds, proven for all inputs.

C: `runtime_c/src/add_linear.c`, on tiles `runtime_c/src/add_tiles_linear.c`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from lowering.kernel_variant import LayerCalls, Proposal
from lowering.linear_add import Addition, linear_add
from tinyts_dialect.multipliers import Multiplier

KERNELS = ("add", "add_tiles")


def propose(layer: LayerCalls) -> Iterator[Proposal]:
    """One proposal for inputs of the output's shape, if there are such numbers."""
    output = layer.image("output")
    inputs = (layer.image("input_1"), layer.image("input_2"))
    if any(i[1:] != output[1:] or i.height < output.height for i in inputs):
        return
    params = layer.params
    found = linear_add(
        Addition(
            params["input_1_offset"],
            _multiplier(params["input_1_quant"]),
            params["input_2_offset"],
            _multiplier(params["input_2_quant"]),
            params["left_shift"],
            params["output_offset"],
            _multiplier(params["output_quant"]),
            params["activation"]["min"],
            params["activation"]["max"],
        )
    )
    if found is None:
        return
    values = layer.rows * output.width * output.channels
    yield Proposal(
        "linear",
        {**found._asdict(), "activation": params["activation"]},
        {},
        7 * values + 80 * layer.rows,
    )


def _multiplier(quant: Mapping[str, int]) -> Multiplier:
    return Multiplier(quant["multiplier"], quant["shift"])
