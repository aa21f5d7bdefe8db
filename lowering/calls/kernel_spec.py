"""What an operator's lowering says: the kernel to call and the fields of its layer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from xdsl.dialects.builtin import (
    DictionaryAttr,
    IntegerAttr,
    IntegerType,
    StringAttr,
    i32,
)
from xdsl.ir import Attribute, SSAValue

from tinyts_dialect.attributes import Clamp
from tinyts_dialect.multipliers import Multiplier
from tinyts_dialect.overlaps import Overlap
from tinyts_dialect.windows import Window

Params: TypeAlias = "Mapping[str, int | str | Params]"
"""Scalars of a C structure by field; nested structures are nested mappings.

A string is a function of the runtime, without `tinyts_`.
"""


@dataclass(frozen=True)
class CallRows:
    """Rows of whole tensors that one call writes and reads, half open."""

    output: tuple[int, int]
    inputs: tuple[tuple[int, int], ...]
    layer: tuple[int, int] | None = None
    """Output rows from the lowest to the highest that any call of the layer writes."""
    columns: tuple[int, int] = (0, 0)
    """First column of the output, and of the first input."""

    def padding(self, window: Window) -> dict[str, int]:
        """Padding of the whole layer, of which `window` is a part's.

        Row 0 of the output has its first tap `h` rows above row 0 of the input, column
        0 `w` columns before column 0.
        """
        top = self.output[0] * window.stride[0] + window.pads.top - self.inputs[0][0]
        output, input = self.columns
        left = output * window.stride[1] + window.pads.left - input
        return {"h": top, "w": left}


@dataclass(frozen=True)
class KernelSpec:
    """A kernel `tinyts_<kernel>` and how the fields of its layer are filled."""

    kernel: str
    params: Params
    inputs: tuple[str, ...] = ("input",)
    """Field of each activation operand, in order."""
    constants: Mapping[str, SSAValue | npt.NDArray[np.int32]] = field(
        default_factory=dict[str, SSAValue | npt.NDArray[np.int32]]
    )
    """Constant arrays by field; a dot leads into a nested structure."""
    overlaps: tuple[Overlap, ...] = ()
    """Where the call may write over what it reads."""
    fused_layers: tuple[int, ...] = ()
    """Tensors of the model file that exist only inside the kernel."""
    recomputed_macs: int = 0
    """Multiply-accumulates that the call spends on what was computed before."""


def tile(pair: tuple[int, int]) -> dict[str, int]:
    """A `tinyts_tile` of a pair (rows, columns)."""
    return {"h": pair[0], "w": pair[1]}


def activation(clamp: Clamp) -> dict[str, int]:
    """A `tinyts_activation`."""
    return {"min": clamp.min, "max": clamp.max}


def quant_params(multiplier: Multiplier) -> dict[str, int]:
    """A `tinyts_per_tensor_quant_params`."""
    return {"multiplier": multiplier.value, "shift": multiplier.shift}


def params_attribute(params: Params) -> DictionaryAttr:
    """The attribute form of a structure's scalars."""
    entries: dict[str, Attribute] = {}
    for name, value in params.items():
        if isinstance(value, str):
            entries[name] = StringAttr(value)
        elif isinstance(value, int):
            entries[name] = _number(value)
        else:
            entries[name] = params_attribute(value)
    return DictionaryAttr(entries)


@lru_cache(maxsize=4096)
def _number(value: int) -> IntegerAttr[IntegerType]:
    """One attribute for all equal numbers: those of a layer recur with each call."""
    return IntegerAttr(value, i32)
