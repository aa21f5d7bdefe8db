"""Types and attributes: buffers, tables, ports of the network, layouts of windows."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import Literal, NamedTuple

import numpy as np
from xdsl.dialects.builtin import f32, i8
from xdsl.ir import Data, SSAValue, TypeAttribute
from xdsl.irdl import irdl_attr_definition
from xdsl.parser import AttrParser
from xdsl.printer import Printer
from xdsl.utils.exceptions import VerifyException

from tinyts_dialect.attributes import Quant, QuantAttr
from tinyts_dialect.tensors import (
    DTYPES,
    QUANTIZED_TYPES,
    activation_type,
    end_quant_of,
    verify_size,
)


class Image(NamedTuple):
    """Height, width and channels of int8 pixels; wider values count as several."""

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


def image_of(value: SSAValue) -> Image:
    """Height, width and channels of a buffer or table."""
    if not isinstance(value.type, BufferType | TableType):
        raise VerifyException(f"expected a buffer or a table, found {value.type}")
    return value.type.data


@dataclass(frozen=True)
class Port:
    """An input or output of the network, as its user sees it."""

    direction: Literal["input", "output"]
    index: int
    name: str
    layer: int
    shape: tuple[int, ...]
    quant: Quant | None
    """None of floats."""
    dtype: str = "int8"
    """NumPy name of the element type."""

    @property
    def bytes(self) -> int:
        """Size of the input or output."""
        return prod(self.shape) * np.dtype(self.dtype).itemsize


@irdl_attr_definition
class PortAttr(Data[Port]):
    """`#tsbuf.port<input 0 "name" layer 3 [1, 8, 8, 3] #tinyts.quant<...>>`.

    An element type other than i8 stands before the quantization, of which f32 has none.
    """

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
            element = parser.parse_optional_type() or i8
            if element not in (*QUANTIZED_TYPES, f32):
                parser.raise_error("expected i8, ui8, i16, i32 or f32")
            quant = None if element == f32 else parser.parse_attribute()
            if not isinstance(quant, QuantAttr | None):
                parser.raise_error("expected a #tinyts.quant")
        direction = "input" if is_input else "output"
        dtype = DTYPES[element].name
        scale = None if quant is None else quant.data
        return Port(direction, index, name, layer, tuple(shape), scale, dtype)

    def print_parameter(self, printer: Printer) -> None:
        port = self.data
        with printer.in_angle_brackets():
            printer.print_string(f"{port.direction} {port.index} ")
            printer.print_string_literal(port.name)
            printer.print_string(f" layer {port.layer} {list(port.shape)}")
            type_ = activation_type(port.shape, port.quant, port.dtype)
            if port.dtype != "int8":
                printer.print_string(f" {type_.element_type}")
            if port.quant is not None:
                printer.print_string(" ")
                printer.print_attribute(QuantAttr(port.quant))

    def verify(self) -> None:
        end_quant_of(activation_type(self.data.shape, self.data.quant, self.data.dtype))


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
