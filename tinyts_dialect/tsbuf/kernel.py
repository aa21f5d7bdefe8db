"""Calls of kernels: the rows that they write and read, and their scalars."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from operator import is_
from typing import ClassVar, NamedTuple, TypeVar

from xdsl.dialects.builtin import (
    ArrayAttr,
    DictionaryAttr,
    IntegerAttr,
    StringAttr,
    TensorType,
    i64,
)
from xdsl.ir import Attribute, SSAValue
from xdsl.irdl import (
    AttrSizedOperandSegments,
    IRDLOperation,
    ParsePropInAttrDict,
    irdl_op_definition,
    opt_prop_def,
    prop_def,
    var_operand_def,
)
from xdsl.parser import Parser
from xdsl.printer import Printer
from xdsl.utils.exceptions import VerifyException

from tinyts_dialect.attributes import PairAttr
from tinyts_dialect.overlaps import Overlap, OverlapAttr
from tinyts_dialect.tsbuf.rows import RowsOp, table_of
from tinyts_dialect.tsbuf.types import TableType

AnyAttribute = TypeVar("AnyAttribute", bound=Attribute)


READ_ROWS = "read_rows"
"""The kernel by which the caller fills rows of an input: its table has the port."""


TILES = "_tiles"
"""How the names of kernels end that take tensors which are cut into tiles."""


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
    A `variant` computes the same in another way, from other constants. A string in
    `params` is the name of a function of the runtime, without `tinyts_`.
    """

    name = "tsbuf.kernel"

    outs = var_operand_def(TableType)
    ins = var_operand_def(TableType)
    constants = var_operand_def(TensorType)
    kernel = prop_def(StringAttr)
    variant = opt_prop_def(StringAttr)
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
        variant: str | None = None,
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
                "variant": None if variant is None else StringAttr(variant),
                "fields": _fields(tuple(fields)),
                "rows": ArrayAttr([_row(row) for row in rows]),
                "layer": IntegerAttr(layer, i64),
                "params": params,
                "call_rows": None if call_rows is None else PairAttr(call_rows),
                "overlaps": ArrayAttr([OverlapAttr(item) for item in overlaps])
                if overlaps
                else None,
            },
        )

    @property
    def function(self) -> str:
        """The C function that is called, without `tinyts_`."""
        kernel = self.kernel.data
        return kernel if self.variant is None else f"{kernel}_{self.variant.data}"

    def writes(self) -> list[Access]:
        """What the kernel writes."""
        accesses, writes = self._accesses()
        return accesses[:writes]

    def reads(self) -> list[Access]:
        """What the kernel reads, constants apart."""
        accesses, writes = self._accesses()
        return accesses[writes:]

    def takes_tiles(self) -> bool:
        """Whether the kernel is one for tensors that are cut into tiles."""
        return self.kernel.data.endswith(TILES)

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

    def _accesses(self) -> tuple[list[Access], int]:
        """What the kernel writes and reads, and how many of these are writes.

        Passes ask often: found once, and again when operands or rows were replaced.
        """
        key = (self._operands, self.properties["rows"], self.properties["fields"])
        known = self.__dict__.get("_known_accesses")
        if known is not None and all(map(is_, known[0], key)):
            return known[1]
        rows = [row.value.data for row in self.rows]
        outs = self.outs
        tables = [table_of(value) for value in (*outs, *self.ins)]
        accesses = [
            Access(field.data, table, first, last)
            for field, table, first, last in zip(
                self.fields, tables, rows[::2], rows[1::2], strict=False
            )
        ]
        found = accesses, len(outs)
        self.__dict__["_known_accesses"] = key, found
        return found

    def verify_(self) -> None:
        if len(self.fields) != len(self.operands):
            raise VerifyException("there must be one field name for each operand")
        if len(self.rows) != 2 * (len(self.outs) + len(self.ins)):
            raise VerifyException("there must be two row numbers for each table")
        if not self.outs:
            raise VerifyException("a kernel must write something")
        names = [self.function, *_parameter_names(self.params)]
        names += [part for f in self.fields for part in f.data.split(".")]
        for name in names:
            if not _is_name(name):
                raise VerifyException(f"'{name}' is not a name of a kernel or a field")
        first, last = self.named_rows()
        if not 0 <= first < last:
            raise VerifyException(f"a call cannot name rows [{first}, {last})")
        for access in self._accesses()[0]:
            height = access.table.row_count
            if not 0 <= access.first <= access.last <= height:
                raise VerifyException(
                    f"rows [{access.first}, {access.last}) of '{access.field}' do not "
                    f"exist in a table of {height} rows"
                )
        self._verify_overlaps()
        self._verify_read_rows()
        self._verify_tiles()

    def _verify_tiles(self) -> None:
        if not self.takes_tiles():
            if any(access.table.borders for access in self._accesses()[0]):
                raise VerifyException(
                    f"'{self.kernel.data}' takes no tensor that is cut into tiles"
                )
            return
        first, last = self.named_rows()
        height = self.writes()[0].table.image.height
        if first // height != (last - 1) // height:
            raise VerifyException(
                f"rows [{first}, {last}) lie in several columns of tiles"
            )

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
        if self.overlaps is None:
            return
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
        if self.variant is not None:
            printer.print_string(" variant ")
            printer.print_attribute(self.variant)
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
        variant = _parse_optional(parser, "variant", StringAttr)
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
            variant=None if variant is None else variant.data,
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


@lru_cache(maxsize=1024)
def _fields(names: tuple[str, ...]) -> ArrayAttr[StringAttr]:
    return ArrayAttr([StringAttr(name) for name in names])


@lru_cache(maxsize=4096)
def _row(number: int) -> IntegerAttr:
    return IntegerAttr(number, i64)


@lru_cache(maxsize=4096)
def _is_name(name: str) -> bool:
    return re.fullmatch(r"[a-z_][a-z0-9_]*", name) is not None


def _parameter_names(params: DictionaryAttr) -> Iterator[str]:
    for name, value in params.data.items():
        yield name
        if isinstance(value, DictionaryAttr):
            yield from _parameter_names(value)
        elif isinstance(value, StringAttr):
            yield value.data


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
