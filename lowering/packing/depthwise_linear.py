"""The numbers of a depthwise convolution, one output channel a row."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from lowering.kernel_choice.kernel_variant import Array
from lowering.overlaps.walks import Scalars
from lowering.packing.panel_forms import Linear

NAMES = ("weights", "bias", "quant.multiplier", "quant.shift")


def depthwise_linear(given: Mapping[str, Array], inner: Scalars) -> Linear:
    """Of constants by field, weights [1, h, w, channels], and its `params`."""
    arrays = {name: given[name].astype(np.int64) for name in NAMES}
    channels = arrays["weights"].shape[-1]
    return Linear(
        arrays["weights"].reshape(-1, channels).T,
        arrays["bias"].reshape(-1),
        arrays["quant.multiplier"].reshape(-1),
        arrays["quant.shift"].reshape(-1),
        -inner["input_offset"],
        inner["output_offset"],
        inner["activation"]["min"],
        inner["activation"]["max"],
    )
