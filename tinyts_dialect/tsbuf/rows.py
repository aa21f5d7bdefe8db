"""Tables: a tensor as the places of its rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from xdsl.dialects.builtin import ArrayAttr, IntegerAttr, UnitAttr, i64
from xdsl.ir import SSAValue
from xdsl.irdl import (
    IRDLOperation,
    ParsePropInAttrDict,
    irdl_op_definition,
    opt_prop_def,
    prop_def,
    result_def,
    traits_def,
    var_operand_def,
)
from xdsl.traits import Pure
from xdsl.utils.exceptions import VerifyException

from tinyts_dialect.tsbuf.memory import (
    BufferOp,
    layout_of,
    memory_of,
    root_buffer,
    verify_port,
)
from tinyts_dialect.tsbuf.types import (
    BufferType,
    Image,
    Port,
    PortAttr,
    TableType,
    image_of,
)


@irdl_op_definition
class RowsOp(IRDLOperation):
    """A tensor's rows: each buffer holds rows `starts[i]`, `starts[i] + 1`, ...

    Rows that no buffer holds do not exist; no kernel may name them. A `port` says that
    the table is an input of the network, whose rows the kernel `read_rows` asks of the
    caller when they are needed; it has no buffers if they never are.
    In a `ragged` table a buffer may be narrower than the image: kernels use its bytes
    as they please.
    With `borders` the tensor is cut into columns of tiles: column i is the pixels
    borders[i]..borders[i + 1]-1 of all rows. Rows are then numbered column by column:
    row y of column i is row i * height + y of the table.
    """

    name = "tsbuf.rows"

    buffers = var_operand_def(BufferType)
    starts = prop_def(ArrayAttr[IntegerAttr])
    port = opt_prop_def(PortAttr)
    ragged = opt_prop_def(UnitAttr)
    borders = opt_prop_def(ArrayAttr[IntegerAttr])
    result = result_def(TableType)

    traits = traits_def(Pure())
    irdl_options = (ParsePropInAttrDict(),)
    assembly_format = "$buffers attr-dict `:` functional-type(operands, results)"

    def __init__(
        self,
        buffers: Sequence[SSAValue],
        starts: Sequence[int],
        image: Image,
        port: Port | None = None,
        ragged: bool = False,
        borders: Sequence[int] | None = None,
    ) -> None:
        super().__init__(
            operands=[buffers],
            properties={
                "starts": ArrayAttr([IntegerAttr(s, i64) for s in starts]),
                "port": None if port is None else PortAttr(port),
                "ragged": UnitAttr() if ragged else None,
                "borders": None
                if borders is None
                else ArrayAttr([IntegerAttr(x, i64) for x in borders]),
            },
            result_types=[TableType(image)],
        )

    @property
    def image(self) -> Image:
        """Height, width and channels of the tensor."""
        return image_of(self.result)

    def columns(self) -> tuple[int, ...]:
        """Where columns of tiles begin, then the width; one column without tiles."""
        if self.borders is None:
            return 0, self.image.width
        return tuple(border.value.data for border in self.borders)

    @property
    def row_count(self) -> int:
        """Rows that kernels may name: those of all columns of tiles."""
        return self.image.height * (len(self.columns()) - 1)

    def parts(self) -> Iterator[tuple[SSAValue, int, int]]:
        """Each buffer with the rows first..last-1 that it holds."""
        for buffer, start in zip(self.buffers, self.starts, strict=True):
            first = start.value.data
            yield buffer, first, first + image_of(buffer).height

    def verify_(self) -> None:
        if len(self.buffers) != len(self.starts):
            raise VerifyException("there must be one start for each buffer")
        self._verify_borders()
        height, columns, end = self.image.height, self.columns(), 0
        for buffer, first, last in self.parts():
            if first < end or last > self.row_count:
                raise VerifyException(f"rows [{first}, {last}) overlap or do not exist")
            if first // height != (last - 1) // height:
                raise VerifyException("a buffer spans several columns of tiles")
            left, right = columns[first // height :][:2]
            width, channels = image_of(buffer)[1:]
            fits = self.ragged is not None and width <= right - left
            if channels != self.image.channels or not (width == right - left or fits):
                raise VerifyException("a buffer differs in width or channels")
            end = last
        if len({layout_of(buffer).pixel_pitch for buffer in self.buffers}) > 1:
            raise VerifyException("pixels of the buffers are unevenly spaced")
        if len({memory_of(buffer) for buffer in self.buffers}) > 1:
            raise VerifyException("the buffers lie in different memories")
        self._verify_port()

    def _verify_borders(self) -> None:
        columns = self.columns()
        ascending = all(left < right for left, right in pairwise(columns))
        if not ascending or columns[0] != 0 or columns[-1] != self.image.width:
            raise VerifyException(
                f"borders {list(columns)} do not ascend from 0 to the width of "
                f"{self.image.width}"
            )

    def _verify_port(self) -> None:
        if self.port is None:
            return
        if self.borders is not None:
            raise VerifyException("a table with a port has no tiles")
        verify_port(self.image, self.port)
        if self.port.data.direction != "input":
            raise VerifyException("a table with a port must be an input")
        for buffer in self.buffers:
            root = root_buffer(buffer)
            if not isinstance(root, BufferOp) or root.port is not None:
                raise VerifyException(
                    "the rows of a table with a port must be tsbuf.buffers without one"
                )


def table_of(value: SSAValue) -> RowsOp:
    """The op that makes a table."""
    if not isinstance(value.owner, RowsOp):
        raise VerifyException("expected a table made by tsbuf.rows")
    return value.owner
