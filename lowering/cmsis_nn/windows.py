"""Slices of layers with a window: each call's rows as an image of its own.

CMSIS-NN knows padding above and to the left; what lies below and to the right of the
image counts as padding. A call hands over the rows that its windows see, from the first
that exists, with as much padding above as the first window reaches beyond it.
"""

from __future__ import annotations

from typing import NamedTuple

from lowering.kernel_choice.kernel_variant import LayerCalls
from lowering.overlaps.walks import Scalars


class Axis(NamedTuple):
    """A layer's windows along one axis: tap k of output i is i * stride - padding + k
    * dilation.
    """

    taps: int
    stride: int
    padding: int
    dilation: int
    inputs: int
    outputs: int

    def covered(self, first: int, last: int) -> tuple[int, int]:
        """Inputs low..high-1 that the windows of outputs first..last-1 span."""
        low = first * self.stride - self.padding
        end = (last - 1) * self.stride - self.padding
        end += (self.taps - 1) * self.dilation + 1
        return max(low, 0), min(end, self.inputs)

    def pads(self, first: int) -> int:
        """How far the window of an output reaches beyond the first input."""
        return max(self.padding - first * self.stride, 0)

    def meets(self) -> bool:
        """Whether each window has a tap that exists."""
        return all(
            any(
                0 <= i * self.stride - self.padding + tap * self.dilation < self.inputs
                for tap in range(self.taps)
            )
            for i in range(self.outputs)
        )


def axes(layer: LayerCalls) -> tuple[Axis, Axis]:
    """The windows along rows and along columns."""
    inner = _structure(layer.params, "params")
    input, output = layer.image("input"), layer.image("output")
    rows, columns = (
        Axis(
            _structure(layer.params, "kernel")[name],
            _structure(inner, "stride")[name],
            _structure(inner, "padding")[name],
            inner.get("dilation", {"h": 1, "w": 1})[name],
            inputs,
            outputs,
        )
        for name, inputs, outputs in zip("hw", input[:2], output[:2], strict=True)
    )
    return rows, columns


def _structure(params: Scalars, name: str) -> Scalars:
    found = params[name]
    if isinstance(found, int):
        raise KeyError(name)
    return found


def expressible(rows: Axis, columns: Axis) -> bool:
    """Whether slices can be layers on images of their own."""
    return columns.padding >= 0 and rows.meets() and columns.meets()
