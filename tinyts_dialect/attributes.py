"""Attributes of the `tinyts` dialect."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from xdsl.dialects.builtin import Float32Type, FloatAttr, f32
from xdsl.ir import Data
from xdsl.irdl import irdl_attr_definition
from xdsl.parser import AttrParser
from xdsl.printer import Printer
from xdsl.utils.exceptions import VerifyException

from tinyts_dialect.windows import Pads, Rect, Window

MAX_DISTANCE = 1 << 22
"""Most rows or columns that a window, a padding or a rectangle may reach over."""


@dataclass(frozen=True)
class Quant:
    """Quantization of a tensor: real value = scale * (stored - zero_point)."""

    scale: float
    zero_point: int


class Clamp(NamedTuple):
    """The range into which a fused activation clamps stored values, ends included."""

    min: int
    max: int


def _print_ints(printer: Printer, values: Sequence[int]) -> None:
    printer.print_string("[" + ", ".join(str(value) for value in values) + "]")


def _parse_ints(parser: AttrParser, count: int) -> tuple[int, ...]:
    values = parser.parse_comma_separated_list(
        parser.Delimiter.SQUARE, parser.parse_integer
    )
    if len(values) != count:
        parser.raise_error(f"expected {count} integers, found {len(values)}")
    return tuple(values)


@irdl_attr_definition
class QuantAttr(Data[Quant]):
    """`#tinyts.quant<scale : f32, zero_point>`: the encoding of a tensor type."""

    name = "tinyts.quant"

    @classmethod
    def parse_parameter(cls, parser: AttrParser) -> Quant:
        with parser.in_angle_brackets():
            scale = parser.parse_attribute()
            if not isinstance(scale, FloatAttr) or scale.type != f32:
                parser.raise_error("expected a scale of type f32")
            parser.parse_punctuation(",")
            zero_point = parser.parse_integer()
        return Quant(float(np.float32(scale.value.data)), zero_point)

    def print_parameter(self, printer: Printer) -> None:
        with printer.in_angle_brackets():
            printer.print_attribute(FloatAttr(self.data.scale, Float32Type()))
            printer.print_string(f", {self.data.zero_point}")

    def verify(self) -> None:
        if not (np.isfinite(self.data.scale) and self.data.scale > 0):
            raise VerifyException(f"scale {self.data.scale} is not a positive number")


@irdl_attr_definition
class ClampAttr(Data[Clamp]):
    """`#tinyts.clamp<min, max>`: a fused activation, in stored values."""

    name = "tinyts.clamp"

    @classmethod
    def parse_parameter(cls, parser: AttrParser) -> Clamp:
        with parser.in_angle_brackets():
            low = parser.parse_integer()
            parser.parse_punctuation(",")
            high = parser.parse_integer()
        return Clamp(low, high)

    def print_parameter(self, printer: Printer) -> None:
        with printer.in_angle_brackets():
            printer.print_string(f"{self.data.min}, {self.data.max}")

    def verify(self) -> None:
        if not -128 <= self.data.min <= self.data.max <= 127:
            raise VerifyException(
                f"clamp [{self.data.min}, {self.data.max}] is not a range of int8"
            )


@irdl_attr_definition
class WindowAttr(Data[Window]):
    """`#tinyts.window<[kh, kw], stride [h, w], pads [top, bottom, left, right]>`.

    A dilation other than [1, 1] follows as `, dilation [h, w]`.
    """

    name = "tinyts.window"

    @classmethod
    def parse_parameter(cls, parser: AttrParser) -> Window:
        with parser.in_angle_brackets():
            kernel = _parse_ints(parser, 2)
            parser.parse_punctuation(",")
            parser.parse_keyword("stride")
            stride = _parse_ints(parser, 2)
            parser.parse_punctuation(",")
            parser.parse_keyword("pads")
            pads = Pads(*_parse_ints(parser, 4))
            dilation = (1, 1)
            if parser.parse_optional_punctuation(","):
                parser.parse_keyword("dilation")
                dilation = _parse_ints(parser, 2)
        return Window(_pair(kernel), _pair(stride), pads, _pair(dilation))

    def print_parameter(self, printer: Printer) -> None:
        window = self.data
        with printer.in_angle_brackets():
            _print_ints(printer, window.kernel)
            printer.print_string(", stride ")
            _print_ints(printer, window.stride)
            printer.print_string(", pads ")
            _print_ints(printer, window.pads)
            if window.dilation != (1, 1):
                printer.print_string(", dilation ")
                _print_ints(printer, window.dilation)

    def verify(self) -> None:
        window = self.data
        if min(*window.kernel, *window.stride, *window.dilation) < 1:
            raise VerifyException("kernel, stride and dilation must be at least 1")
        extents = (window.extent(0), window.extent(1))
        _verify_distances("window", (*extents, *window.stride, *window.pads))


def _verify_distances(what: str, values: Sequence[int]) -> None:
    """Keeps sums and products with the size of a tensor within 32 bits."""
    if max(abs(value) for value in values) > MAX_DISTANCE:
        raise VerifyException(
            f"{what} reaches over more than {MAX_DISTANCE} rows or columns"
        )


def _pair(values: Sequence[int]) -> tuple[int, int]:
    return values[0], values[1]


@irdl_attr_definition
class RectAttr(Data[Rect]):
    """`#tinyts.rect<[y0, y1], [x0, x1]>`: rows and columns of a tensor, half open."""

    name = "tinyts.rect"

    @classmethod
    def parse_parameter(cls, parser: AttrParser) -> Rect:
        with parser.in_angle_brackets():
            rows = _parse_ints(parser, 2)
            parser.parse_punctuation(",")
            columns = _parse_ints(parser, 2)
        return Rect(*rows, *columns)

    def print_parameter(self, printer: Printer) -> None:
        with printer.in_angle_brackets():
            _print_ints(printer, self.data[:2])
            printer.print_string(", ")
            _print_ints(printer, self.data[2:])

    def verify(self) -> None:
        rect = self.data
        if rect.y0 < 0 or rect.x0 < 0 or rect.height < 1 or rect.width < 1:
            raise VerifyException(f"rectangle {tuple(rect)} is empty or negative")
        _verify_distances("rectangle", rect)


@irdl_attr_definition
class PadsAttr(Data[Pads]):
    """`#tinyts.pads<[top, bottom, left, right]>`; negative pads crop."""

    name = "tinyts.pads"

    @classmethod
    def parse_parameter(cls, parser: AttrParser) -> Pads:
        with parser.in_angle_brackets():
            return Pads(*_parse_ints(parser, 4))

    def print_parameter(self, printer: Printer) -> None:
        with printer.in_angle_brackets():
            _print_ints(printer, self.data)

    def verify(self) -> None:
        _verify_distances("padding", self.data)


@irdl_attr_definition
class PairAttr(Data[tuple[int, int]]):
    """`#tinyts.pair<[first, second]>`: two integers."""

    name = "tinyts.pair"

    @classmethod
    def parse_parameter(cls, parser: AttrParser) -> tuple[int, int]:
        with parser.in_angle_brackets():
            return _pair(_parse_ints(parser, 2))

    def print_parameter(self, printer: Printer) -> None:
        with printer.in_angle_brackets():
            _print_ints(printer, self.data)


@irdl_attr_definition
class ConstantChannelsAttr(Data[tuple[tuple[int, int | None], ...]]):
    """`#tinyts.constant_channels<{channel: value, ...}>`: channels that were removed.

    Channels are counted in the tensor of the model file; each holds its stored value
    wherever it is read. A channel that varies, but that nothing reads, has the value
    None, printed as `?`.
    """

    name = "tinyts.constant_channels"

    @classmethod
    def parse_parameter(cls, parser: AttrParser) -> tuple[tuple[int, int | None], ...]:
        def parse_entry() -> tuple[int, int | None]:
            channel = parser.parse_integer(allow_negative=False)
            parser.parse_punctuation(":")
            if parser.parse_optional_punctuation("?"):
                return channel, None
            return channel, parser.parse_integer()

        with parser.in_angle_brackets():
            entries = parser.parse_comma_separated_list(
                parser.Delimiter.BRACES, parse_entry
            )
        return tuple(entries)

    def print_parameter(self, printer: Printer) -> None:
        entries = ", ".join(
            f"{channel}: {'?' if value is None else value}"
            for channel, value in self.data
        )
        with printer.in_angle_brackets():
            printer.print_string("{" + entries + "}")

    def verify(self) -> None:
        channels = [channel for channel, _ in self.data]
        if channels != sorted(set(channels)):
            raise VerifyException("channels must ascend")
        if not all(v is None or -128 <= v <= 127 for _, v in self.data):
            raise VerifyException("the value of a channel must be an int8")
