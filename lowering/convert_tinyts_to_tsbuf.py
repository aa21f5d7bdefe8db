"""`convert-tinyts-to-tsbuf`: tensors become tables of rows, operations kernel calls."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from typing import NoReturn

import numpy as np
import numpy.typing as npt
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

from lowering.concatenation_places import (
    PART_OF_ROWS,
    UNNAMED,
    operand_places,
    places_in_concatenations,
)
from lowering.kernel_spec import CallRows, KernelSpec, params_attribute
from lowering.legal_overlaps import declare_overlaps
from lowering.operators import lowerings, takes_tiles
from lowering.signature import check_lowerable, ports_of
from lowering.stages.plan import OVERLAPS
from lowering.state import layer_key
from lowering.storage import Rows, Storage, returned_tensors, returned_values
from lowering.streamed_inputs import with_read_rows
from lowering.tables import TableRows, Tables
from lowering.tiled_tensors import (
    LayerOperand,
    check_columns,
    check_window_columns,
    eaten_columns,
    eats_columns,
    tensors_by_rows,
)
from lowering.variable_memory import (
    after_last_reader,
    next_key,
    number_of,
    persistent_buffer,
    place_variables,
)
from lowering.variables import network_arguments, variables_of
from tinyts_dialect import tsbuf
from tinyts_dialect.interfaces import TensorOp, WindowedOp
from tinyts_dialect.ops.assign import AssignOp
from tinyts_dialect.ops.concatenation import ConcatenationOp
from tinyts_dialect.ops.fused_rows import FusedRowsOp
from tinyts_dialect.ops.reshape import ReshapeOp
from tinyts_dialect.ops.structure import ConstantOp
from tinyts_dialect.stateful import StatefulOp
from tinyts_dialect.streaming import StepOp
from tinyts_dialect.tensors import dense, is_activation
from tinyts_dialect.windows import Window

CHOICES = {
    "input": ("external", "arena", "rows"),
    "output": ("external", "arena"),
    "overlap": OVERLAPS,
    "concatenation": ("copy", "in-place"),
}


Operand = tuple[str, SSAValue, int, int]
"""Field, table, and rows first..last-1 of an operand of a call."""


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
        self.constants: dict[object, SSAValue] = {}
        self.arrays: list[npt.NDArray[np.int32]] = []
        self.step_specs: dict[Hashable, KernelSpec] = {}
        self.calls: list[tsbuf.KernelOp] = []
        self.in_place: set[Hashable] = set()
        """Results of concatenations in which inputs lie."""
        self.written: set[AssignOp] = set()
        """Assignments of what its kernels write to the variable themselves."""
        self.columns_read: dict[LayerOperand, int] = {}
        """The most columns of tiles that a call of a layer reads of an operand."""

    def convert(self, in_place: bool) -> FuncOp:
        for variable in variables_of(self.function):
            key = ("argument", variable.argument)
            self.tables.add_variable(key, persistent_buffer(variable, next=False))
        self.written = place_variables(
            self.function, self.storage, self.tables, self._sources
        )
        copies = self._place_outputs()
        ports = set(self.tables.known)
        self.storage.share_reshapes(self.function, private=ports)
        if in_place:
            self.tables.places = places_in_concatenations(
                self.function, self.storage, self._sources, ports
            )
        self.tables.by_rows = tensors_by_rows(
            self.function, self.storage, self._sources
        )
        self.tables.eaten = eaten_columns(self.function, self.storage, self._sources)
        self.columns_read = self._columns_read()
        self.in_place = {around for around, _ in self.tables.places.values()}
        for op in self.function.body.block.ops:
            if isinstance(op, TensorOp):
                self._convert(op)
        for layer, source, target in copies:
            self._call(KernelSpec("reshape", {}), [source], target, layer)
        if variables_of(self.function):
            self.calls = after_last_reader(self.calls)
        inputs = [  # also those that nobody reads
            tsbuf.table_of(self.tables.table(("argument", position)))
            for position in network_arguments(self.function)
        ]
        if self.input == "rows":
            self.calls = with_read_rows(self.calls, inputs)
        self.builder.insert(self.calls)
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
        sources = self._sources(op)
        check_columns(op, self.storage, sources, target)
        if isinstance(op, ConcatenationOp) and target.tensor in self.in_place:
            self._convert_in_place(op, sources, target)
            return
        spec = self._spec(op, sources, target)
        call = self._call(spec, sources, target, self._number(op), op)
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
            call = self._call(KernelSpec("reshape", {}), [source], copied, number)
            _describe(call, op)
            call.attributes[PART_OF_ROWS] = UnitAttr()

    def _number(self, op: TensorOp) -> int:
        """The tensor of the file that an operation computes or prepares; -1 if none."""
        layer, value = _layer(op), op.results[0]
        while layer < 0 and (use := next(iter(value.uses), None)) is not None:
            reader = use.operation
            if not isinstance(reader, TensorOp):
                return self._returned_number(value)
            layer, value = _layer(reader), reader.results[0]
        return layer

    def _returned_number(self, value: SSAValue) -> int:
        """The tensor of the file that is returned as a value."""
        ports = ports_of(self.function, "output")
        returned = returned_values(self.function)
        found = (p.layer for p, v in zip(ports, returned, strict=True) if v is value)
        return next(found, -1)

    def _sources(self, op: TensorOp) -> list[Rows]:
        """The rows of tensors that an operation reads, state apart."""
        if not isinstance(op, FusedRowsOp):
            inputs = [value for value in op.operands if is_activation(value)]
            if isinstance(op, StatefulOp):
                updated = [update.before for update in op.updates()]
                inputs = [value for value in inputs if value not in updated]
            return [self.storage.rows(value) for value in inputs]
        chain = self.storage.state.chains[layer_key(op)]
        given = chain.input_part
        if op.input is not None:
            return [self.storage.rows(op.input)]
        if given is None or given.input is None:
            return [Rows(("no input", layer_key(op)), 0, 0)]
        rows = self.storage.rows(given.input)
        row_0 = rows.first - given.input_rows()[0]
        return [Rows(rows.tensor, row_0, row_0)]

    def _spec(self, op: TensorOp, sources: list[Rows], target: Rows) -> KernelSpec:
        """How an operation is called; all steps of a layer like the last one."""
        key = layer_key(op)
        if isinstance(op, StepOp):
            self._check_step(op, sources[0])
            if key in self.step_specs:
                return self.step_specs[key]
            op = self.storage.state.last_steps[key]
        lower = lowerings().get(type(op))
        if lower is None:
            raise PassFailedException(
                f"convert-tinyts-to-tsbuf: {op.name} has no lowering"
            )
        rows = CallRows(
            target.interval,
            tuple(source.interval for source in sources),
            self.storage.computed_rows(target.tensor),
            self._first_columns(target, sources),
        )
        if isinstance(op, WindowedOp):
            window = op.get_window()
            padding = rows.padding(window)
            self._check_window(op, window, rows.output, -padding["h"], sources[0])
            check_window_columns(
                op, self.storage, window, -padding["w"], sources[0], target
            )
        elif isinstance(op, FusedRowsOp):
            window = op.producer_window.data
            top = sources[0].first - op.input_rows()[0] - window.pads.top
            self._check_window(op, window, op.middle_rows.data, top, sources[0])
        spec = lower(op, rows)
        if isinstance(op, StepOp):
            self.step_specs[key] = spec
        return spec

    def _first_columns(self, target: Rows, sources: list[Rows]) -> tuple[int, int]:
        """The first columns of an output, and of the first input, as stored."""
        if target.columns is None and all(rows.columns is None for rows in sources):
            return 0, 0
        place = self.storage.place
        return place(target).x0, place(sources[0]).x0

    def _columns_read(self) -> dict[LayerOperand, int]:
        found: dict[LayerOperand, int] = {}
        if all(tensor.borders is None for tensor in self.storage.tensors.values()):
            return found
        for op in self.function.body.block.ops:
            if not isinstance(op, TensorOp):
                continue
            for number, rows in enumerate(self._sources(op)):
                key, reads = (layer_key(op), number), self._reading(op, rows)
                found[key] = max(found.get(key, 1), len(reads))
        return found

    def _reading(self, op: TensorOp | None, rows: Rows) -> list[TableRows]:
        tiles = op is not None and takes_tiles(type(op))
        eats = op is not None and eats_columns(op, self.storage)
        return self.tables.reading(rows, tiles, eats)

    def _reads(
        self, names: Sequence[str], sources: Sequence[Rows], op: TensorOp | None
    ) -> Iterator[tuple[str, SSAValue, int, int]]:
        """What a call reads; calls of a layer have equally many operands."""
        layer = None if op is None else layer_key(op)
        for number, (name, rows) in enumerate(zip(names, sources, strict=True)):
            found = self._reading(op, rows)
            most = self.columns_read.get((layer, number), 1)
            none = TableRows(found[0].table, 0, 0)
            for read in found + [none] * (most - len(found)):
                yield (name, *read)

    def _check_step(self, op: StepOp, source: Rows) -> None:
        """A step counts the rows of its input as the stored tensor does."""
        height = self.storage.tensors[source.tensor].image.height
        if (source.interval, height) != (op.rows.data, op.height.value.data):
            _fail(
                op,
                f"reads rows {list(source.interval)} of {height}, not rows "
                f"{list(op.rows.data)} of {op.height.value.data}",
            )

    def _is_shared(self, rows: Rows) -> bool:
        return self.storage.tensors[rows.tensor].alias is not None

    def _check_window(
        self,
        op: TensorOp,
        window: Window,
        outputs: tuple[int, int],
        top: int,
        source: Rows,
    ) -> None:
        """The rows that a part reads are those that its layer's window reads there.

        The window of output row 0 begins at row `top` of the stored input.
        """
        height = self.storage.height(source.tensor)
        start = top + outputs[0] * window.stride[0]
        stop = top + (outputs[1] - 1) * window.stride[0] + window.extent(0)
        reads = (max(start, 0), min(stop, height))
        if outputs[0] < outputs[1] and reads[0] < reads[1] and not (
            source.first <= reads[0] and reads[1] <= source.last
        ):
            _fail(
                op,
                f"pads rows that exist in its input: it would read rows "
                f"{list(reads)}, not {list(source.interval)}",
            )

    def _call(
        self,
        spec: KernelSpec,
        sources: list[Rows],
        target: Rows,
        layer: int,
        op: TensorOp | None = None,
    ) -> tsbuf.KernelOp:
        state = self.storage.state
        constants = [
            (name, self._constant(value)) for name, value in spec.constants.items()
        ]
        writes = [] if op is None else state.writes(op)
        reads = [] if op is None else state.reads(op)
        table = self.tables.table
        old, new = self._updates(op)
        outs = [
            ("output", *self.tables.writing(target)),
            *((item.field, table(item.tensor), *item.rows) for item in writes),
            *new,
        ]
        ins = [
            *self._reads(spec.inputs, sources, op),
            *((item.field, table(item.tensor), *item.rows) for item in reads),
            *old,
        ]
        tables = [tsbuf.table_of(operand[1]) for operand in (*outs, *ins)]
        tiled = any(table.borders is not None for table in tables)
        call = tsbuf.KernelOp(
            spec.kernel + (tsbuf.TILES if tiled else ""),
            layer,
            outs,
            ins,
            constants,
            params_attribute(spec.params),
            op.rows.data if isinstance(op, StepOp) else None,
            spec.overlaps,
        )
        self.calls.append(call)
        return call

    def _updates(self, op: TensorOp | None) -> tuple[list[Operand], list[Operand]]:
        """The old values that a call reads and the new ones that it writes."""
        old: list[Operand] = []
        new: list[Operand] = []
        for update in op.updates() if isinstance(op, StatefulOp) else ():
            number = number_of(update.after)
            if number is None:
                _fail(op, f"its {update.field} is no variable of the function")
            before = self.tables.table(self.storage.rows(update.before).tensor)
            after = self.tables.table(next_key(number))
            height = tsbuf.image_of(after).height
            old.append((update.field, before, 0, height))
            new.append((update.field, after, 0, height))
        return old, new

    def _constant(self, value: SSAValue | npt.NDArray[np.int32]) -> SSAValue:
        key = value if isinstance(value, SSAValue) else id(value)
        if key in self.constants:
            return self.constants[key]
        if isinstance(value, SSAValue):
            if not isinstance(value.owner, ConstantOp):
                raise PassFailedException(
                    "convert-tinyts-to-tsbuf: weights must be tinyts.constant"
                )
            attribute = value.owner.value
        else:
            self.arrays.append(value)
            attribute = dense(value)
        self.constants[key] = self.builder.insert(tsbuf.ConstantOp(attribute)).result
        return self.constants[key]


def _describe(call: tsbuf.KernelOp, op: TensorOp) -> None:
    """Notes on a call what is known of its operation, for reports."""
    call.location = op.location
    if op.layer is None:
        call.attributes[UNNAMED] = UnitAttr()
    for name in ("constant_channels", "stage"):
        if (attribute := op.properties.get(name)) is not None:
            call.attributes[name] = attribute


def _layer(op: TensorOp) -> int:
    return -1 if op.layer is None else op.layer.value.data


def _fail(op: TensorOp, message: str) -> NoReturn:
    raise PassFailedException(
        f"convert-tinyts-to-tsbuf: {op.name} of layer {_layer(op)} {message}"
    )


PASS = ConvertTinyTSToTSBuf
