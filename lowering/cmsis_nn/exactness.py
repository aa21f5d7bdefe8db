"""Where CMSIS-NN's 32-bit arithmetic gives TFLite Micro's results for every input.

Both round twice. CMSIS-NN promises nothing where a number leaves 32 bits, so it is
shown here that none does.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from lowering.kernel_choice.kernel_variant import Array, LayerCalls

LIMIT = 2**31
MIN_SHIFT = -31
"""The least that CMSIS-NN allows."""


def sums_fit(layer: LayerCalls, weights: Array) -> bool:
    """Whether no sum of a layer, and none that is shifted left, leaves 32 bits.

    `weights` are [output channels, taps].
    """
    taps = np.abs(weights.astype(np.int64)).sum(axis=1)
    bias = np.abs(_per_channel(layer, "bias", len(taps)))
    bias[_dead(layer, len(taps))] = 0
    shift = _per_channel(layer, "quant.shift", len(taps))
    anyhow = bias + (255 + 128) * taps  # offsets may be added before the products
    final = (bias + 255 * taps).astype(float) * 2.0 ** np.maximum(shift, 0)
    return bool(
        (anyhow < LIMIT).all()
        and (final < LIMIT).all()
        and (shift >= MIN_SHIFT).all()
    )


def without_dead_biases(layer: LayerCalls) -> dict[str, Array]:
    """The constants of a layer; biases that do not matter are 0.

    A multiplier of 0 gives 0 whatever the sum. The biases of such channels are often so
    large that sums would leave 32 bits.
    """
    if "bias" not in layer.arrays:
        return dict(layer.arrays)
    bias = layer.arrays["bias"]
    dead = _dead(layer, bias.size)
    kept = np.where(dead.reshape(bias.shape), 0, bias).astype(bias.dtype)
    return {**layer.arrays, "bias": kept}


def _dead(layer: LayerCalls, channels: int) -> npt.NDArray[np.bool_]:
    return _per_channel(layer, "quant.multiplier", channels) == 0


def requantizes(bound: int, shift: int) -> bool:
    """Whether values from -bound to bound are shifted without leaving 32 bits."""
    return shift >= MIN_SHIFT and bound << max(shift, 0) < LIMIT


def _per_channel(layer: LayerCalls, name: str, channels: int) -> Array:
    values = layer.arrays.get(name, np.zeros(1, np.int64))
    return np.broadcast_to(values.astype(np.int64).reshape(-1), (channels,))
