"""The arena, the buffers in it and beside it, and views of them."""

from __future__ import annotations

from xdsl.dialects.builtin import (
    DenseIntOrFPElementsAttr,
    DictionaryAttr,
    IntegerAttr,
    StringAttr,
    SymbolNameConstraint,
    TensorType,
    UnitAttr,
    f32,
    i8,
    i16,
    i32,
    i64,
)
from xdsl.ir import Operation, SSAValue
from xdsl.irdl import (
    IRDLOperation,
    ParsePropInAttrDict,
    irdl_op_definition,
    operand_def,
    opt_prop_def,
    prop_def,
    result_def,
    traits_def,
)
from xdsl.parser import Parser
from xdsl.printer import Printer
from xdsl.traits import Pure, SymbolOpInterface
from xdsl.utils.exceptions import VerifyException

from tinyts_dialect.tensors import ui8, verify_constant
from tinyts_dialect.tsbuf.types import (
    BufferType,
    Image,
    Layout,
    LayoutAttr,
    Port,
    PortAttr,
    image_of,
)

MAX_ARENA_BYTES = 1 << 28
"""Largest arena; a microcontroller has far less memory."""


@irdl_op_definition
class ArenaOp(IRDLOperation):
    """The one static array. Its size is known once buffers are placed."""

    name = "tsbuf.arena"

    sym_name = prop_def(SymbolNameConstraint())
    bytes = opt_prop_def(IntegerAttr)
    alignment = opt_prop_def(IntegerAttr)
    plan = opt_prop_def(DictionaryAttr)
    """How the placement was found: bounds and the strategy, for the report."""

    traits = traits_def(SymbolOpInterface())
    irdl_options = (ParsePropInAttrDict(),)
    assembly_format = "$sym_name attr-dict"

    def __init__(self, name: str = "sram") -> None:
        super().__init__(properties={"sym_name": StringAttr(name)})

    def verify_(self) -> None:
        if self.bytes is not None and not 0 <= self.bytes.value.data <= MAX_ARENA_BYTES:
            raise VerifyException(
                f"{self.bytes.value.data} bytes are not 0 to {MAX_ARENA_BYTES}"
            )
        if self.alignment is not None:
            alignment = self.alignment.value.data
            if alignment < 1 or alignment & (alignment - 1):
                raise VerifyException(f"alignment {alignment} is not a power of two")


class MemoryOp(IRDLOperation):
    """An op whose result is a buffer."""

    result = result_def(BufferType)

    @property
    def image(self) -> Image:
        """The buffer's height, width and channels."""
        return self.result.type.data  # pyright: ignore[reportAttributeAccessIssue]


def verify_port(image: Image, port: PortAttr | None) -> None:
    """VerifyException unless the image has as many bytes as the port's shape."""
    if port is not None and port.data.bytes != image.bytes:
        kind = "" if port.data.dtype == "int8" else f" of {port.data.dtype}"
        raise VerifyException(
            f"the port's shape {list(port.data.shape)}{kind} does not have the "
            f"{image.bytes} bytes of the buffer or table"
        )


@irdl_op_definition
class BufferOp(MemoryOp):
    """Bytes of the arena, unplaced or at an offset."""

    name = "tsbuf.buffer"

    offset = opt_prop_def(IntegerAttr)
    port = opt_prop_def(PortAttr)

    irdl_options = (ParsePropInAttrDict(),)
    assembly_format = "attr-dict `:` type($result)"

    def __init__(self, image: Image, port: Port | None = None) -> None:
        super().__init__(
            properties={"port": None if port is None else PortAttr(port)},
            result_types=[BufferType(image)],
        )

    def placed_offset(self) -> int:
        """The offset in the arena; VerifyException where there is none yet."""
        if self.offset is None:
            raise VerifyException("the buffer has no offset; run plan-arena first")
        return self.offset.value.data

    def verify_(self) -> None:
        verify_port(self.image, self.port)
        if self.offset is None:
            return
        if self.offset.value.data < 0:
            raise VerifyException("offset is negative")
        if self.offset.value.data > MAX_ARENA_BYTES:
            raise VerifyException(f"offset is larger than {MAX_ARENA_BYTES}")


@irdl_op_definition
class ExternalOp(MemoryOp):
    """Memory of the caller: an input or output of the network."""

    name = "tsbuf.external"

    port = prop_def(PortAttr)

    irdl_options = (ParsePropInAttrDict(),)
    assembly_format = "attr-dict `:` type($result)"

    def __init__(self, image: Image, port: Port) -> None:
        super().__init__(
            properties={"port": PortAttr(port)}, result_types=[BufferType(image)]
        )

    def verify_(self) -> None:
        verify_port(self.image, self.port)


@irdl_op_definition
class PersistentOp(MemoryOp):
    """The bytes of a variable, in a memory of its own that no run gives back.

    What they hold before the run and what they hold after it (`next`) are two buffers
    at one place: a kernel that writes the new value ends the old one. `initial` is what
    a reset writes, bytes in the order of memory; all of them are `zero` where absent.
    """

    name = "tsbuf.persistent"

    variable = prop_def(IntegerAttr)
    label = opt_prop_def(StringAttr)
    next = opt_prop_def(UnitAttr)
    initial = opt_prop_def(DenseIntOrFPElementsAttr)
    zero = opt_prop_def(IntegerAttr)

    irdl_options = (ParsePropInAttrDict(),)
    assembly_format = "attr-dict `:` type($result)"

    def __init__(
        self,
        image: Image,
        number: int,
        name: str = "",
        next: bool = False,
        initial: DenseIntOrFPElementsAttr | None = None,
        zero: int = 0,
    ) -> None:
        super().__init__(
            properties={
                "variable": IntegerAttr(number, i64),
                "label": StringAttr(name),
                "next": UnitAttr() if next else None,
                "initial": initial,
                "zero": IntegerAttr(zero, i64),
            },
            result_types=[BufferType(image)],
        )

    @property
    def number(self) -> int:
        """The variable's number."""
        return self.variable.value.data

    def verify_(self) -> None:
        if self.initial is None:
            return
        verify_constant(self.initial, i8)
        if len(self.initial.data.data) != self.image.bytes:
            raise VerifyException("the initial value does not fill the buffer")


@irdl_op_definition
class ConstantBufferOp(MemoryOp):
    """An activation that is constant: bytes in flash."""

    name = "tsbuf.constant_buffer"

    value = prop_def(DenseIntOrFPElementsAttr)

    irdl_options = (ParsePropInAttrDict(),)
    assembly_format = "attr-dict `:` type($result)"

    def __init__(self, image: Image, value: DenseIntOrFPElementsAttr) -> None:
        super().__init__(
            properties={"value": value}, result_types=[BufferType(image)]
        )

    def verify_(self) -> None:
        verify_constant(self.value, i8, ui8, i16, f32)
        if len(self.value.data.data) != self.image.bytes:
            raise VerifyException("the value does not fill the buffer")


@irdl_op_definition
class ViewOp(MemoryOp):
    """All bytes of a buffer in another shape, or by a `layout` a window of it.

    A window is a rectangle of rows, columns and channels, such as an input of a
    concatenation in its result.
    """

    name = "tsbuf.view"

    buffer = operand_def(BufferType)
    layout = opt_prop_def(LayoutAttr)

    traits = traits_def(Pure())
    irdl_options = (ParsePropInAttrDict(),)
    assembly_format = "$buffer attr-dict `:` type($buffer) `->` type($result)"

    def __init__(
        self, buffer: SSAValue, image: Image, layout: Layout | None = None
    ) -> None:
        super().__init__(
            operands=[buffer],
            properties={"layout": None if layout is None else LayoutAttr(layout)},
            result_types=[BufferType(image)],
        )

    def verify_(self) -> None:
        size = image_of(self.buffer).bytes
        if isinstance(self.buffer.owner, ViewOp) and (
            self.layout is not None or self.buffer.owner.layout is not None
        ):
            raise VerifyException("a window is a view of a buffer and has no views")
        if self.layout is None:
            if size != self.image.bytes:
                raise VerifyException("the view differs in size from the buffer")
            return
        layout, image = self.layout.data, self.image
        row = layout._replace(offset=0).end(image, 1)
        if layout.pixel_pitch < image.channels or layout.row_pitch < row:
            raise VerifyException("pixels or rows of the window overlap")
        if layout.end(image, image.height) > size:
            raise VerifyException(f"the window leaves the buffer of {size} bytes")


@irdl_op_definition
class ConstantOp(IRDLOperation):
    """Weights, biases, multipliers: constants that kernels read, in flash."""

    name = "tsbuf.constant"

    value = prop_def(DenseIntOrFPElementsAttr)
    result = result_def(TensorType)

    traits = traits_def(Pure())

    def __init__(self, value: DenseIntOrFPElementsAttr) -> None:
        super().__init__(properties={"value": value}, result_types=[value.get_type()])

    @classmethod
    def parse(cls, parser: Parser) -> ConstantOp:
        attributes = parser.parse_optional_attr_dict()
        value = parser.parse_attribute()
        if not isinstance(value, DenseIntOrFPElementsAttr):
            parser.raise_error("expected a dense constant")
        op = cls(value)
        op.attributes = attributes
        return op

    def print(self, printer: Printer) -> None:
        printer.print_op_attributes(self.attributes)
        printer.print_string(" ")
        printer.print_attribute(self.value)

    def verify_(self) -> None:
        if self.value.get_type() != self.result.type:
            raise VerifyException("the value's type is not the result's")
        verify_constant(self.value, i8, i16, i32)


def layout_of(value: SSAValue) -> Layout:
    """Where the pixels of a buffer lie in the one behind views."""
    owner, image = value.owner, image_of(value)
    if isinstance(owner, ViewOp) and owner.layout is not None:
        return owner.layout.data
    return Layout(0, image.row_bytes, image.channels)


def is_window(value: SSAValue) -> bool:
    """Whether a buffer is a part of another one."""
    return isinstance(value.owner, ViewOp) and value.owner.layout is not None


def root_buffer(value: SSAValue) -> MemoryOp:
    """The buffer behind views."""
    owner = value.owner
    views: set[Operation] = set()
    while isinstance(owner, ViewOp):
        if owner in views:
            raise VerifyException("a view is a view of itself")
        views.add(owner)
        owner = owner.buffer.owner
    if not isinstance(owner, MemoryOp):
        raise VerifyException("expected a buffer")
    return owner


def memory_of(value: SSAValue) -> MemoryOp | None:
    """Which memory a buffer lies in: a port's, a constant's, or None for the arena.

    Of a variable the buffer itself stands for its memory.
    """
    root = root_buffer(value)
    return None if isinstance(root, BufferOp) else root
