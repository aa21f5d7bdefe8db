"""`convert-tinyts-to-tsbuf`: tensors become tables of rows, operations kernel calls."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass

from xdsl.builder import Builder
from xdsl.context import Context
from xdsl.dialects.builtin import (
    ArrayAttr,
    IntegerAttr,
    ModuleOp,
    UnitAttr,
    i64,
)
from xdsl.dialects.func import FuncOp, ReturnOp
from xdsl.ir import Block, Region, SSAValue
from xdsl.passes import ModulePass
from xdsl.rewriter import InsertPoint
from xdsl.utils.exceptions import PassFailedException

from lowering.calls.call_specs import CallSpecs, layer_number
from lowering.calls.kernel_calls import KernelCalls
from lowering.calls.kernel_spec import KernelSpec
from lowering.overlaps.legal_overlaps import declare_overlaps
from lowering.places.concatenation_places import (
    PART_OF_ROWS,
    UNNAMED,
    operand_places,
    places_in_concatenations,
)
from lowering.places.storage import Rows, Storage, returned_tensors, returned_values
from lowering.places.streamed_inputs import with_read_rows
from lowering.places.tables import Tables
from lowering.places.tiled_tensors import (
    check_columns,
    eaten_columns,
    tensors_by_rows,
)
from lowering.places.variable_memory import (
    after_last_reader,
    persistent_buffer,
    place_variables,
)
from lowering.signature import check_lowerable, ports_of
from lowering.stages.plan import OVERLAPS
from lowering.variables import network_arguments, variables_of
from tinyts_dialect import tsbuf
from tinyts_dialect.interfaces import TensorOp
from tinyts_dialect.ops.assign import AssignOp
from tinyts_dialect.ops.concatenation import ConcatenationOp
from tinyts_dialect.ops.reshape import ReshapeOp

CHOICES = {
    "input": ("external", "arena", "rows"),
    "output": ("external", "arena"),
    "overlap": OVERLAPS,
    "concatenation": ("copy", "in-place"),
}


@dataclass(frozen=True)
class ConvertTinyTSToTSBuf(ModulePass):
    """Gives every slice a buffer and every operation its kernel.

    `input` and `output` say where the network's inputs and outputs lie: in memory of
    the caller (external) or in the arena. Of an input by `rows` the arena holds the
    rows that are still needed; kernels `read_rows` ask the caller for them. With
    `overlap` each call says where its output may take the place of its input, if that
    dies with the call: from its first byte on (same), or some bytes below it (trail).
    With `concatenation=in-place` what is joined is written where the result lies, if
    nobody else reads it.
    """

    name = "convert-tinyts-to-tsbuf"

    input: str = "external"
    output: str = "external"
    overlap: str = "none"
    concatenation: str = "copy"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        for option, choices in CHOICES.items():
            choice = getattr(self, option)
            if choice not in choices:
                raise PassFailedException(
                    f"convert-tinyts-to-tsbuf: {option} '{choice}' is not one of "
                    f"{', '.join(choices)}"
                )
        functions = [f for f in op.body.block.ops if isinstance(f, FuncOp)]
        if len(functions) != 1:
            raise PassFailedException(
                f"convert-tinyts-to-tsbuf: the module has {len(functions)} functions; "
                "expected one"
            )
        function = functions[0]
        check_lowerable(op, function)
        conversion = _Conversion(function, self.input, self.output)
        lowered = conversion.convert(in_place=self.concatenation == "in-place")
        if self.overlap != "none":
            declare_overlaps(lowered, in_place_only=self.overlap == "same")
        op.body.block.insert_op_before(tsbuf.ArenaOp(), function)
        op.body.block.insert_op_before(lowered, function)
        function.detach()
        function.erase()


class _Conversion:
    def __init__(self, function: FuncOp, input: str, output: str) -> None:
        self.function = function
        self.input = input
        self.storage = Storage(function)
        self.block = Block()
        self.builder = Builder(InsertPoint.at_end(self.block))
        self.tables = Tables(function, self.storage, self.builder, input, output)
        self.specs = CallSpecs(self.storage)
        self.calls = KernelCalls(function, self.storage, self.tables, self.builder)
        self.in_place: set[Hashable] = set()
        """Results of concatenations in which inputs lie."""
        self.written: set[AssignOp] = set()
        """Assignments of what its kernels write to the variable themselves."""

    def convert(self, in_place: bool) -> FuncOp:
        for variable in variables_of(self.function):
            key = ("argument", variable.argument)
            self.tables.add_variable(key, persistent_buffer(variable, next=False))
        self.written = place_variables(
            self.function, self.storage, self.tables, self.storage.sources
        )
        copies = self._place_outputs()
        ports = set(self.tables.known)
        self.storage.share_reshapes(self.function, private=ports)
        if in_place:
            self.tables.places = places_in_concatenations(
                self.function, self.storage, self.storage.sources, ports
            )
        self.tables.by_rows = tensors_by_rows(
            self.function, self.storage, self.storage.sources
        )
        self.tables.eaten = eaten_columns(
            self.function, self.storage, self.storage.sources
        )
        self.in_place = {around for around, _ in self.tables.places.values()}
        for op in self.function.body.block.ops:
            if isinstance(op, TensorOp):
                self._convert(op)
        for layer, source, target in copies:
            self.calls.add(KernelSpec("reshape", {}), [source], target, layer)
        calls = self.calls.calls
        if variables_of(self.function):
            calls = after_last_reader(calls)
        inputs = [  # also those that nobody reads
            tsbuf.table_of(self.tables.table(("argument", position)))
            for position in network_arguments(self.function)
        ]
        if self.input == "rows":
            calls = with_read_rows(calls, inputs)
        self.builder.insert(calls)
        self.builder.insert(ReturnOp())
        return FuncOp(self.function.sym_name.data, ([], []), Region(self.block))

    def _place_outputs(self) -> list[tuple[int, Rows, Rows]]:
        """Puts returned tensors into the outputs; the copies that this leaves to do.

        A copy is the number of its layer, its source and its target.
        """
        copies: list[tuple[int, Rows, Rows]] = []
        ports = ports_of(self.function, "output")
        returned = returned_tensors(self.function, self.storage)
        for port, rows in zip(ports, returned, strict=True):
            tensor = self.storage.tensors[rows.tensor]
            whole = rows.interval == (0, tensor.image.height)
            computed = isinstance(tensor.parts[0][0].owner, TensorOp)
            if whole and computed and rows.tensor not in self.tables.known:
                self.tables.add_port(rows.tensor, port, tensor.image)
                continue
            image = tensor.image._replace(height=rows.last - rows.first)
            key = ("output", port.index)
            self.tables.add_port(key, port, image)
            copies.append((port.layer, rows, Rows(key, 0, image.height)))
        return copies

    def _convert(self, op: TensorOp) -> None:
        target = self.storage.target(op)
        if isinstance(op, ReshapeOp) and self._is_shared(target):
            return
        if op in self.written:
            return
        sources = self.storage.sources(op)
        check_columns(op, self.storage, sources, target)
        if isinstance(op, ConcatenationOp) and target.tensor in self.in_place:
            self._convert_in_place(op, sources, target)
            return
        spec = self.specs.of(op, sources, target)
        call = self.calls.add(spec, sources, target, self._number(op), op)
        _describe(call, op)
        if spec.fused_layers:
            layers = [IntegerAttr(number, i64) for number in spec.fused_layers]
            call.attributes["fused_layers"] = ArrayAttr(layers)
        if spec.recomputed_macs:
            macs = IntegerAttr(spec.recomputed_macs, i64)
            call.attributes["recomputed_macs"] = macs

    def _convert_in_place(
        self, op: ConcatenationOp, sources: list[Rows], target: Rows
    ) -> None:
        """Copies of those inputs that do not lie in the result."""
        places = operand_places(op, target.first, sources)
        for source, place in zip(sources, places, strict=True):
            if source.tensor in self.tables.places:
                continue
            key = ("window", source.tensor, target.tensor, place)
            if key not in self.tables.known:
                image = self.storage.tensors[source.tensor].image
                self.tables.add_window(key, image, target.tensor, place)
            copied = Rows(key, source.first, source.last)
            number = self._number(op)
            call = self.calls.add(KernelSpec("reshape", {}), [source], copied, number)
            _describe(call, op)
            call.attributes[PART_OF_ROWS] = UnitAttr()

    def _number(self, op: TensorOp) -> int:
        """The tensor of the file that an operation computes or prepares; -1 if none."""
        layer, value = layer_number(op), op.results[0]
        while layer < 0 and (use := next(iter(value.uses), None)) is not None:
            reader = use.operation
            if not isinstance(reader, TensorOp):
                return self._returned_number(value)
            layer, value = layer_number(reader), reader.results[0]
        return layer

    def _returned_number(self, value: SSAValue) -> int:
        """The tensor of the file that is returned as a value."""
        ports = ports_of(self.function, "output")
        returned = returned_values(self.function)
        found = (p.layer for p, v in zip(ports, returned, strict=True) if v is value)
        return next(found, -1)

    def _is_shared(self, rows: Rows) -> bool:
        return self.storage.tensors[rows.tensor].alias is not None

def _describe(call: tsbuf.KernelOp, op: TensorOp) -> None:
    """Notes on a call what is known of its operation, for reports."""
    call.location = op.location
    if op.layer is None:
        call.attributes[UNNAMED] = UnitAttr()
    for name in ("constant_channels", "stage"):
        if (attribute := op.properties.get(name)) is not None:
            call.attributes[name] = attribute


PASS = ConvertTinyTSToTSBuf
