"""Where a kernel may write over its own dying input: an attribute of its calls."""

from __future__ import annotations

from typing import NamedTuple

from xdsl.ir import Data
from xdsl.irdl import irdl_attr_definition
from xdsl.parser import AttrParser
from xdsl.printer import Printer
from xdsl.utils.exceptions import VerifyException


class Overlap(NamedTuple):
    """The buffer behind a written row may share bytes with the one behind a read row.

    Operands are counted among the kernel's `outs` and `ins`. With a `trail` the write
    position stays that many bytes below the read position: the written buffer may begin
    `trail` bytes below the start of the read one, or lower. Without one both begin at
    the same byte (`same`).
    """

    write: int
    write_row: int
    read: int
    read_row: int
    trail: int | None


@irdl_attr_definition
class OverlapAttr(Data[Overlap]):
    """`#tsbuf.overlap<out 0 row 3, in 0 row 2, trail 16>`, or `same` for the last."""

    name = "tsbuf.overlap"

    @classmethod
    def parse_parameter(cls, parser: AttrParser) -> Overlap:
        def parse_row(keyword: str) -> tuple[int, int]:
            parser.parse_keyword(keyword)
            operand = parser.parse_integer(allow_negative=False)
            parser.parse_keyword("row")
            return operand, parser.parse_integer(allow_negative=False)

        with parser.in_angle_brackets():
            write = parse_row("out")
            parser.parse_punctuation(",")
            read = parse_row("in")
            parser.parse_punctuation(",")
            if parser.parse_optional_keyword("same") is not None:
                return Overlap(*write, *read, None)
            parser.parse_keyword("trail")
            return Overlap(*write, *read, parser.parse_integer())

    def print_parameter(self, printer: Printer) -> None:
        item = self.data
        how = "same" if item.trail is None else f"trail {item.trail}"
        with printer.in_angle_brackets():
            printer.print_string(
                f"out {item.write} row {item.write_row}, "
                f"in {item.read} row {item.read_row}, {how}"
            )

    def verify(self) -> None:
        if self.data.trail is not None and self.data.trail < 0:
            raise VerifyException(f"trail {self.data.trail} is negative")
