"""What the lowerings of convolutions share, fused or not."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
from xdsl.ir import SSAValue

from lowering.calls.kernel_spec import Params, activation, tile
from tinyts_dialect.convolution import Convolution


def convolution_params(
    convolution: Convolution, padding: Mapping[str, int], ch_mult: int
) -> dict[str, int | Params]:
    """A `tinyts_conv_stage` but for its arrays; `ch_mult` is 0 for CONV_2D."""
    window = convolution.window
    return {
        "kernel": tile(window.kernel),
        "ch_mult": ch_mult,
        "params": {
            "input_offset": -convolution.input.zero_point,
            "output_offset": convolution.output.zero_point,
            "stride": tile(window.stride),
            "padding": dict(padding),
            "dilation": tile(window.dilation),
            "activation": activation(convolution.clamp),
        },
    }


def convolution_constants(
    convolution: Convolution, weights: SSAValue, bias: SSAValue, prefix: str = ""
) -> dict[str, SSAValue | npt.NDArray[np.int32]]:
    """The arrays of a convolution by their fields, each behind a prefix."""
    multipliers, shifts = convolution.multipliers()
    return {
        f"{prefix}weights": weights,
        f"{prefix}bias": bias,
        f"{prefix}quant.multiplier": multipliers,
        f"{prefix}quant.shift": shifts,
    }
