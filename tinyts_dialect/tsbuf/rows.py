"""Tables: a tensor as the places of its rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

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
    """

    name = "tsbuf.rows"

    buffers = var_operand_def(BufferType)
    starts = prop_def(ArrayAttr[IntegerAttr])
    port = opt_prop_def(PortAttr)
    ragged = opt_prop_def(UnitAttr)
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
    ) -> None:
        super().__init__(
            operands=[buffers],
            properties={
                "starts": ArrayAttr([IntegerAttr(s, i64) for s in starts]),
                "port": None if port is None else PortAttr(port),
                "ragged": UnitAttr() if ragged else None,
            },
            result_types=[TableType(image)],
        )

    @property
    def image(self) -> Image:
        """Height, width and channels of the tensor."""
        return image_of(self.result)

    def parts(self) -> Iterator[tuple[SSAValue, int, int]]:
        """Each buffer with the rows first..last-1 that it holds."""
        for buffer, start in zip(self.buffers, self.starts, strict=True):
            first = start.value.data
            yield buffer, first, first + image_of(buffer).height

    def verify_(self) -> None:
        if len(self.buffers) != len(self.starts):
            raise VerifyException("there must be one start for each buffer")
        end = 0
        for buffer, first, last in self.parts():
            width, channels = image_of(buffer)[1:]
            fits = self.ragged is not None and width <= self.image.width
            if channels != self.image.channels or not (
                width == self.image.width or fits
            ):
                raise VerifyException("a buffer differs in width or channels")
            if first < end or last > self.image.height:
                raise VerifyException(f"rows [{first}, {last}) overlap or do not exist")
            end = last
        if len({layout_of(buffer).pixel_pitch for buffer in self.buffers}) > 1:
            raise VerifyException("pixels of the buffers are unevenly spaced")
        if len({memory_of(buffer) for buffer in self.buffers}) > 1:
            raise VerifyException("the buffers lie in different memories")
        self._verify_port()

    def _verify_port(self) -> None:
        if self.port is None:
            return
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
