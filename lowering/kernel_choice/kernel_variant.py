"""What a kernel variant says of itself: when it applies, what it costs and needs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from lowering.calls.kernel_spec import Params
from lowering.overlaps.walks import Scalars, scalars
from tinyts_dialect.tensors import to_array
from tinyts_dialect.tsbuf import ConstantOp, Image, KernelOp, RowsOp, layout_of

Array = npt.NDArray[np.generic]


@dataclass(frozen=True)
class LayerCalls:
    """All calls of one layer: they differ in their rows only."""

    calls: tuple[KernelOp, ...]

    @property
    def kernel(self) -> str:
        """The portable kernel."""
        return self.calls[0].kernel.data

    @cached_property
    def params(self) -> Scalars:
        """The scalars of the layer's structure."""
        return scalars(self.calls[0].params)

    @cached_property
    def tables(self) -> dict[str, RowsOp]:
        """The tensors that the layer names, by field; of an array's the first."""
        found: dict[str, RowsOp] = {}
        for access in (*self.calls[0].writes(), *self.calls[0].reads()):
            found.setdefault(access.field, access.table)
        return found

    def image(self, field: str) -> Image:
        """Height, width and channels of a tensor."""
        return self.tables[field].image

    def contiguous(self, field: str) -> bool:
        """Whether the pixels of a tensor's rows follow each other without gaps."""
        table = self.tables[field]
        return all(
            layout_of(buffer).pixel_pitch == table.image.channels
            for buffer in table.buffers
        )

    @cached_property
    def arrays(self) -> dict[str, Array]:
        """The constants by field; dots lead into nested structures."""
        return {
            name: to_array(value.owner.value)
            for name, value in self.calls[0].named_constants()
            if isinstance(value.owner, ConstantOp)
        }

    def with_params(self, **params: int) -> LayerCalls:
        """The same calls as if some scalars of the structure were others."""
        other = LayerCalls(self.calls)
        other.__dict__["params"] = {**self.params, **params}
        return other

    @cached_property
    def rows(self) -> int:
        """Rows of the output that all calls together compute; of tiles, as many whole
        rows as have their pixels."""
        rows = [range(*call.named_rows()) for call in self.calls]
        table = self.tables.get("output")
        if table is None or table.borders is None:
            return sum(map(len, rows))
        borders, height = table.columns(), table.image.height
        pixels = 0
        for found in rows:
            column = found.start // height
            pixels += len(found) * (borders[column + 1] - borders[column])
        return -(-pixels // table.image.width)


@dataclass(frozen=True)
class Proposal:
    """One way to compute a layer: the function `tinyts_<kernel>_<variant>`."""

    variant: str
    params: Params
    """Fields of the structure: integers, structures, and functions as strings."""
    constants: Mapping[str, Array]
    """Arrays of int8 or int32 by field; dots lead into nested structures."""
    instructions: int
    """Estimated, of all calls together."""
    scratch: int = 0
    """Bytes of the arena, aligned to 4, that a call needs while it runs.

    They are row `first` of the tensor that the pass adds to the layer.
    """
    code: int = 0
    """Estimated bytes of machine code that no other layer shares."""
    scratch_field: str = "workspace"
    """The field of that tensor; it takes the place of one of the same name."""

    @property
    def flash(self) -> int:
        """Bytes of its constants and of its own code."""
        return self.code + sum(array.nbytes for array in self.constants.values())
