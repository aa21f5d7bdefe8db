"""ADD as one pair of multiply-adds, proven for all inputs.

C: `runtime_c/src/add_linear.c`, on tiles `runtime_c/src/add_tiles_linear.c`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from lowering.kernel_choice.kernel_variant import LayerCalls, Proposal
from lowering.packing.linear_add import Addition, linear_add
from tinyts_dialect.multipliers import Multiplier

KERNELS = ("add", "add_tiles")


def propose(layer: LayerCalls) -> Iterator[Proposal]:
    """One proposal, if there are such numbers."""
    output = layer.image("output")
    inputs = (layer.image("input_1"), layer.image("input_2"))
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
    pixels = layer.rows * output.width
    runs = layer.rows if all(i[1:] == output[1:] for i in inputs) else pixels
    yield Proposal(
        "linear",
        {**found._asdict(), "activation": params["activation"]},
        {},
        7 * pixels * output.channels + 80 * runs,
    )


def _multiplier(quant: Mapping[str, int]) -> Multiplier:
    return Multiplier(quant["multiplier"], quant["shift"])
