"""The `tsbuf` dialect: kernels that read and write bytes of named memories.

Values are buffers, tables of their rows, and constants. A kernel names the rows that it
reads and writes; everything that the generated C needs is an attribute, so that the
printer decides nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import prod
from typing import ClassVar, Literal, NamedTuple, TypeVar

from xdsl.dialects.builtin import (
    ArrayAttr,
    DenseIntOrFPElementsAttr,
    DictionaryAttr,
    IntegerAttr,
    StringAttr,
    SymbolNameConstraint,
    TensorType,
    UnitAttr,
    i8,
    i32,
    i64,
)
from xdsl.ir import (
    Attribute,
    Data,
    Dialect,
    Operation,
    SSAValue,
    TypeAttribute,
)
from xdsl.irdl import (
    AttrSizedOperandSegments,
    IRDLOperation,
    ParsePropInAttrDict,
    irdl_attr_definition,
    irdl_op_definition,
    operand_def,
    opt_prop_def,
    prop_def,
    result_def,
    traits_def,
    var_operand_def,
)
from xdsl.parser import AttrParser, Parser
from xdsl.printer import Printer
from xdsl.traits import Pure, SymbolOpInterface
from xdsl.utils.exceptions import VerifyException

from tinyts_dialect.attributes import PairAttr, Quant, QuantAttr
from tinyts_dialect.overlaps import Overlap, OverlapAttr
from tinyts_dialect.tensors import verify_constant, verify_size

AnyAttribute = TypeVar("AnyAttribute", bound=Attribute)

MAX_ARENA_BYTES = 1 << 28
"""Largest arena; a microcontroller has far less memory."""


class Image(NamedTuple):
    """Height, width and channels of int8 pixels."""

    height: int
    width: int
    channels: int

    @property
    def row_bytes(self) -> int:
        return self.width * self.channels

    @property
    def bytes(self) -> int:
        return self.height * self.row_bytes


def _parse_image(parser: AttrParser) -> Image:
    with parser.in_angle_brackets():
        dimensions, element = parser.parse_ranked_shape()
        if len(dimensions) != 3 or str(element) != "i8":
            parser.raise_error("expected HxWxCxi8")
    return Image(*dimensions)


def _print_image(printer: Printer, image: Image) -> None:
    with printer.in_angle_brackets():
        printer.print_string(f"{image.height}x{image.width}x{image.channels}xi8")


@irdl_attr_definition
class BufferType(Data[Image], TypeAttribute):
    """`!tsbuf.buffer<HxWxCxi8>`: consecutive bytes of one memory."""

    name = "tsbuf.buffer"

    @classmethod
    def parse_parameter(cls, parser: AttrParser) -> Image:
        return _parse_image(parser)

    def print_parameter(self, printer: Printer) -> None:
        _print_image(printer, self.data)

    def verify(self) -> None:
        verify_size(self.data)


@irdl_attr_definition
class TableType(Data[Image], TypeAttribute):
    """`!tsbuf.table<HxWxCxi8>`: a tensor as the places of its rows."""

    name = "tsbuf.table"

    @classmethod
    def parse_parameter(cls, parser: AttrParser) -> Image:
        return _parse_image(parser)

    def print_parameter(self, printer: Printer) -> None:
        _print_image(printer, self.data)

    def verify(self) -> None:
        verify_size(self.data)


@dataclass(frozen=True)
class Port:
    """An input or output of the network, as its user sees it."""

    direction: Literal["input", "output"]
    index: int
    name: str
    layer: int
    shape: tuple[int, ...]
    quant: Quant


@irdl_attr_definition
class PortAttr(Data[Port]):
    """`#tsbuf.port<input 0 "name" layer 3 [1, 8, 8, 3] #tinyts.quant<...>>`."""

    name = "tsbuf.port"

    @classmethod
    def parse_parameter(cls, parser: AttrParser) -> Port:
        with parser.in_angle_brackets():
            is_input = parser.parse_optional_keyword("input")
            if is_input is None:
                parser.parse_keyword("output")
            index = parser.parse_integer(allow_negative=False)
            name = parser.parse_str_literal()
            parser.parse_keyword("layer")
            layer = parser.parse_integer()
            shape = parser.parse_comma_separated_list(
                parser.Delimiter.SQUARE, parser.parse_integer
            )
            quant = parser.parse_attribute()
            if not isinstance(quant, QuantAttr):
                parser.raise_error("expected a #tinyts.quant")
        direction = "input" if is_input else "output"
        return Port(direction, index, name, layer, tuple(shape), quant.data)

    def print_parameter(self, printer: Printer) -> None:
        port = self.data
        with printer.in_angle_brackets():
            printer.print_string(f"{port.direction} {port.index} ")
            printer.print_string_literal(port.name)
            printer.print_string(f" layer {port.layer} {list(port.shape)} ")
            printer.print_attribute(QuantAttr(port.quant))

    def verify(self) -> None:
        verify_size(self.data.shape)
        if not -128 <= self.data.quant.zero_point <= 127:
            raise VerifyException(
                f"zero point {self.data.quant.zero_point} is not an int8"
            )


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


def _verify_port(image: Image, port: PortAttr | None) -> None:
    if port is not None and prod(port.data.shape) != image.bytes:
        raise VerifyException(
            f"the port's shape {list(port.data.shape)} does not have the "
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
        _verify_port(self.image, self.port)
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
        _verify_port(self.image, self.port)


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
        verify_constant(self.value, i8)
        if len(self.value.data.data) != self.image.bytes:
            raise VerifyException("the value does not fill the buffer")


class Layout(NamedTuple):
    """Where the pixels of an image lie in a buffer; everything in bytes."""

    offset: int
    """From the start of the buffer to the first pixel."""
    row_pitch: int
    pixel_pitch: int

    def end(self, image: Image, rows: int) -> int:
        """Behind the last byte of the first `rows` rows, of which there is one."""
        row = (image.width - 1) * self.pixel_pitch + image.channels
        return self.offset + (rows - 1) * self.row_pitch + row


@irdl_attr_definition
class LayoutAttr(Data[Layout]):
    """`#tsbuf.layout<offset 3, row_pitch 24, pixel_pitch 6>`."""

    name = "tsbuf.layout"

    @classmethod
    def parse_parameter(cls, parser: AttrParser) -> Layout:
        numbers: list[int] = []
        with parser.in_angle_brackets():
            for keyword in Layout._fields:
                if numbers:
                    parser.parse_punctuation(",")
                parser.parse_keyword(keyword)
                numbers.append(parser.parse_integer(allow_negative=False))
        return Layout(*numbers)

    def print_parameter(self, printer: Printer) -> None:
        fields = self.data._asdict().items()
        text = ", ".join(f"{name} {number}" for name, number in fields)
        with printer.in_angle_brackets():
            printer.print_string(text)


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
        verify_constant(self.value, i8, i32)


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
        _verify_port(self.image, self.port)
        if self.port.data.direction != "input":
            raise VerifyException("a table with a port must be an input")
        for buffer in self.buffers:
            root = root_buffer(buffer)
            if not isinstance(root, BufferOp) or root.port is not None:
                raise VerifyException(
                    "the rows of a table with a port must be tsbuf.buffers without one"
                )


READ_ROWS = "read_rows"
"""The kernel by which the caller fills rows of an input: its table has the port."""


class Access(NamedTuple):
    """Rows first..last-1 of a table that a kernel reads or writes; possibly none."""

    field: str
    table: RowsOp
    first: int
    last: int


@irdl_op_definition
class KernelOp(IRDLOperation):
    """A call of a kernel: computes rows of `outs` from rows of `ins` and constants.

    `params` holds the scalars of the kernel's C structure; operands are named by the
    structure's fields, a field that occurs several times is an array. Only the first
    of `outs` must have rows, unless `call_rows` says which rows the call names.
    """

    name = "tsbuf.kernel"

    outs = var_operand_def(TableType)
    ins = var_operand_def(TableType)
    constants = var_operand_def(TensorType)
    kernel = prop_def(StringAttr)
    fields = prop_def(ArrayAttr[StringAttr])
    rows = prop_def(ArrayAttr[IntegerAttr])
    layer = prop_def(IntegerAttr)
    params = prop_def(DictionaryAttr)
    call_rows = opt_prop_def(PairAttr)
    """The rows that the call names, where they are not the first output's."""
    overlaps = opt_prop_def(ArrayAttr[OverlapAttr])
    """Where the kernel may write over what it reads, if that dies with this call."""

    irdl_options = (AttrSizedOperandSegments(as_property=True), ParsePropInAttrDict())

    GROUPS: ClassVar = ("outs", "ins", "constants")

    def __init__(
        self,
        kernel: str,
        layer: int,
        outs: Sequence[tuple[str, SSAValue, int, int]],
        ins: Sequence[tuple[str, SSAValue, int, int]],
        constants: Sequence[tuple[str, SSAValue]],
        params: DictionaryAttr,
        call_rows: tuple[int, int] | None = None,
        overlaps: Sequence[Overlap] = (),
    ) -> None:
        accesses = (*outs, *ins)
        fields = [access[0] for access in accesses] + [c[0] for c in constants]
        rows = [row for access in accesses for row in access[2:]]
        super().__init__(
            operands=[
                [access[1] for access in outs],
                [access[1] for access in ins],
                [constant[1] for constant in constants],
            ],
            properties={
                "kernel": StringAttr(kernel),
                "fields": ArrayAttr([StringAttr(name) for name in fields]),
                "rows": ArrayAttr([IntegerAttr(row, i64) for row in rows]),
                "layer": IntegerAttr(layer, i64),
                "params": params,
                "call_rows": None if call_rows is None else PairAttr(call_rows),
                "overlaps": ArrayAttr([OverlapAttr(item) for item in overlaps])
                if overlaps
                else None,
            },
        )

    def writes(self) -> list[Access]:
        """What the kernel writes."""
        return self._accesses()[: len(self.outs)]

    def reads(self) -> list[Access]:
        """What the kernel reads, constants apart."""
        return self._accesses()[len(self.outs) :]

    def named_rows(self) -> tuple[int, int]:
        """The rows first..last-1 that the call names."""
        if self.call_rows is not None:
            return self.call_rows.data
        first, last = self.rows.data[:2]
        return first.value.data, last.value.data

    def legal_overlaps(self) -> list[Overlap]:
        """Where the kernel may write over what it reads."""
        return [item.data for item in self.overlaps or ()]

    def named_constants(self) -> list[tuple[str, SSAValue]]:
        """Constants by their field; dots lead into nested structures."""
        names = [field.data for field in self.fields]
        tables = len(self.outs) + len(self.ins)
        return list(zip(names[tables:], self.constants, strict=True))

    def _accesses(self) -> list[Access]:
        rows = [row.value.data for row in self.rows]
        tables = [table_of(value) for value in (*self.outs, *self.ins)]
        return [
            Access(field.data, table, first, last)
            for field, table, first, last in zip(
                self.fields, tables, rows[::2], rows[1::2], strict=False
            )
        ]

    def verify_(self) -> None:
        if len(self.fields) != len(self.operands):
            raise VerifyException("there must be one field name for each operand")
        if len(self.rows) != 2 * (len(self.outs) + len(self.ins)):
            raise VerifyException("there must be two row numbers for each table")
        if not self.outs:
            raise VerifyException("a kernel must write something")
        names = [self.kernel.data, *_parameter_names(self.params)]
        names += [part for f in self.fields for part in f.data.split(".")]
        for name in names:
            if not re.fullmatch(r"[a-z_][a-z0-9_]*", name):
                raise VerifyException(f"'{name}' is not a name of a kernel or a field")
        first, last = self.named_rows()
        if not 0 <= first < last:
            raise VerifyException(f"a call cannot name rows [{first}, {last})")
        for access in self._accesses():
            height = access.table.image.height
            if not 0 <= access.first <= access.last <= height:
                raise VerifyException(
                    f"rows [{access.first}, {access.last}) of '{access.field}' do not "
                    f"exist in a table of {height} rows"
                )
        self._verify_overlaps()
        self._verify_read_rows()

    def _verify_read_rows(self) -> None:
        is_port = [table_of(table).port is not None for table in self.outs]
        if self.kernel.data != READ_ROWS:
            if any(is_port):
                raise VerifyException(f"only {READ_ROWS} writes a table with a port")
        elif is_port != [True] or self.ins or self.constants or self.params.data:
            raise VerifyException(
                f"{READ_ROWS} must write one table with a port and have nothing else"
            )

    def _verify_overlaps(self) -> None:
        writes, reads = self.writes(), self.reads()
        for item in self.legal_overlaps():
            if item.write >= len(writes) or item.read >= len(reads):
                raise VerifyException("an overlap names an operand that does not exist")
            written, read = writes[item.write], reads[item.read]
            if not (
                written.first <= item.write_row < written.last
                and read.first <= item.read_row < read.last
            ):
                raise VerifyException("an overlap names a row that is not accessed")

    def print(self, printer: Printer) -> None:
        printer.print_string(" ")
        printer.print_attribute(self.kernel)
        fields = iter(self.fields)
        rows = iter(self.rows)
        for group in self.GROUPS:
            operands = getattr(self, group)
            if not operands:
                continue
            printer.print_string(f" {group}(")
            for index, operand in enumerate(operands):
                printer.print_string(", " if index else "")
                printer.print_string(f"{next(fields).data} = ")
                printer.print_operand(operand)
                if group != "constants":
                    first, last = next(rows).value.data, next(rows).value.data
                    printer.print_string(f" [{first}, {last}]")
                printer.print_string(" : ")
                printer.print_attribute(operand.type)
            printer.print_string(")")
        printer.print_string(f" layer {self.layer.value.data} params ")
        printer.print_attribute(self.params)
        if self.call_rows is not None:
            printer.print_string(" rows ")
            printer.print_attribute(self.call_rows)
        if self.overlaps is not None:
            printer.print_string(" overlaps ")
            printer.print_attribute(self.overlaps)
        printer.print_op_attributes(self.attributes)

    @classmethod
    def parse(cls, parser: Parser) -> KernelOp:
        kernel = parser.parse_str_literal()
        groups: dict[str, list[tuple[str, SSAValue, int, int]]] = {}
        for group in cls.GROUPS:
            groups[group] = []
            if parser.parse_optional_keyword(group) is None:
                continue
            groups[group] = parser.parse_comma_separated_list(
                parser.Delimiter.PAREN,
                lambda group=group: _parse_kernel_operand(
                    parser, with_rows=group != "constants"
                ),
            )
        parser.parse_keyword("layer")
        layer = parser.parse_integer()
        parser.parse_keyword("params")
        params = parser.parse_attribute()
        if not isinstance(params, DictionaryAttr):
            parser.raise_error("expected a dictionary of parameters")
        call_rows = _parse_optional(parser, "rows", PairAttr)
        overlaps = _parse_optional(parser, "overlaps", ArrayAttr)
        op = cls(
            kernel,
            layer,
            groups["outs"],
            groups["ins"],
            [constant[:2] for constant in groups["constants"]],
            params,
            None if call_rows is None else call_rows.data,
        )
        if overlaps is not None:
            op.overlaps = overlaps
        op.attributes = parser.parse_optional_attr_dict()
        return op


def _parse_optional(
    parser: Parser, keyword: str, kind: type[AnyAttribute]
) -> AnyAttribute | None:
    """An attribute of the given kind after a keyword, None without the keyword."""
    if parser.parse_optional_keyword(keyword) is None:
        return None
    attribute = parser.parse_attribute()
    if not isinstance(attribute, kind):
        parser.raise_error(f"expected {kind.name} after '{keyword}'")
    return attribute


def _parameter_names(params: DictionaryAttr) -> Iterator[str]:
    for name, value in params.data.items():
        yield name
        if isinstance(value, DictionaryAttr):
            yield from _parameter_names(value)


def _parse_kernel_operand(
    parser: Parser, with_rows: bool
) -> tuple[str, SSAValue, int, int]:
    field = parser.parse_identifier()
    parser.parse_punctuation("=")
    operand = parser.parse_unresolved_operand()
    first = last = 0
    if with_rows:
        rows = parser.parse_comma_separated_list(
            parser.Delimiter.SQUARE, parser.parse_integer
        )
        if len(rows) != 2:
            parser.raise_error(f"expected 2 row numbers, found {len(rows)}")
        first, last = rows
    parser.parse_punctuation(":")
    return field, parser.resolve_operand(operand, parser.parse_type()), first, last


def image_of(value: SSAValue) -> Image:
    """Height, width and channels of a buffer or table."""
    if not isinstance(value.type, BufferType | TableType):
        raise VerifyException(f"expected a buffer or a table, found {value.type}")
    return value.type.data


def layout_of(value: SSAValue) -> Layout:
    """Where the pixels of a buffer lie in the one behind views."""
    owner, image = value.owner, image_of(value)
    if isinstance(owner, ViewOp) and owner.layout is not None:
        return owner.layout.data
    return Layout(0, image.row_bytes, image.channels)


def is_window(value: SSAValue) -> bool:
    """Whether a buffer is a part of another one."""
    return isinstance(value.owner, ViewOp) and value.owner.layout is not None


def table_of(value: SSAValue) -> RowsOp:
    """The op that makes a table."""
    if not isinstance(value.owner, RowsOp):
        raise VerifyException("expected a table made by tsbuf.rows")
    return value.owner


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
    """Which memory a buffer lies in: a port's, a constant's, or None for the arena."""
    root = root_buffer(value)
    return None if isinstance(root, BufferOp) else root


TSBuf = Dialect(
    "tsbuf",
    [
        ArenaOp,
        BufferOp,
        ExternalOp,
        ConstantBufferOp,
        ViewOp,
        ConstantOp,
        RowsOp,
        KernelOp,
    ],
    [BufferType, TableType, PortAttr, LayoutAttr, OverlapAttr],
)
