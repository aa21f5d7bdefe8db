"""The generated program read off a placed module."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

import numpy as np
from xdsl.dialects.builtin import (
    DictionaryAttr,
    IntegerAttr,
    ModuleOp,
    NameLoc,
    StringAttr,
)
from xdsl.ir import Operation, SSAValue
from xdsl.utils.exceptions import PassFailedException

from emitc.program import (
    PERSISTENT,
    Completion,
    Constant,
    Initializer,
    Layer,
    Program,
    Tensor,
    Tiles,
    Variable,
)
from emitc.roll import Call
from lowering.accesses import arena_and_function, kernels_of
from lowering.places.concatenation_places import PART_OF_ROWS, UNNAMED
from lowering.variables import place_after
from tinyts_dialect.tensors import to_array
from tinyts_dialect.tsbuf import (
    BufferOp,
    ConstantBufferOp,
    ConstantOp,
    ExternalOp,
    KernelOp,
    MemoryOp,
    PersistentOp,
    Port,
    RowsOp,
    layout_of,
    memory_of,
    root_buffer,
)

MAX_EXTENT = 2**16 - 1
"""Largest height, width and channel count that a `tinyts_tensor` holds."""


def read_program(module: ModuleOp) -> Program:
    """The program of a module whose arena is planned; PassFailedException otherwise."""
    return _Reader(module).read()


class _Reader:
    def __init__(self, module: ModuleOp) -> None:
        arena, self.function = arena_and_function(module)
        if arena.bytes is None or arena.alignment is None:
            raise PassFailedException("tinyts-c: run plan-arena first")
        self.program = Program(
            self.function.sym_name.data,
            arena.bytes.value.data,
            arena.alignment.value.data,
        )
        self.memory_numbers: dict[MemoryOp, int] = {}
        self.tensor_names: dict[tuple[SSAValue, bool], str] = {}
        """Tables as tensors, or as what is cut into tiles."""
        self.constant_names: dict[SSAValue, str] = {}
        self.layer_numbers: dict[object, int] = {}
        self.rows_read: dict[Port, int] = {}
        self.completions: dict[int, Completion] = {}

    def read(self) -> Program:
        for op in self.function.body.block.ops:
            if isinstance(op, MemoryOp):
                self._read_memory(op)
            elif isinstance(op, RowsOp) and op.port is not None:
                self._add_port(op.port.data)
                self.program.row_ports[op.port.data] = op.image.height
        for kernel in kernels_of(self.function):
            written = kernel.writes()[0]
            if kernel.call_rows is not None and written.first < written.last:
                self.completions[kernel.layer.value.data] = Completion(
                    kernel.named_rows()[1], written.last
                )
        for kernel in kernels_of(self.function):
            self._read_call(kernel)
        program = self.program
        if not re.fullmatch(r"[A-Za-z_]\w*", program.name, re.ASCII):
            raise PassFailedException(
                f"tinyts-c: function name '{program.name}' is not a C identifier; "
                "rename the function"
            )
        if not program.inputs or not program.outputs:
            raise PassFailedException(
                f"tinyts-c: function '{program.name}' has no inputs or no outputs"
            )
        for ports in (program.inputs, program.outputs):
            places = {
                (port in program.arena_ports, port in program.row_ports)
                for port in ports
            }
            if len(places) > 1:
                raise PassFailedException(
                    f"tinyts-c: all {ports[0].direction}s must lie in the arena, or "
                    "none; some are tsbuf.external or come by rows"
                )
        program.inputs.sort(key=lambda port: port.index)
        program.outputs.sort(key=lambda port: port.index)
        return program

    def _read_memory(self, op: MemoryOp) -> None:
        program = self.program
        if isinstance(op, ConstantBufferOp):
            name = f"constant_{len(program.constants)}"
            values = to_array(op.value).reshape(-1)
            program.constants.append(Constant(name, values.view(np.int8)))
            program.memories.append(name)
            self.memory_numbers[op] = len(program.memories)
            return
        if isinstance(op, PersistentOp):
            self._read_variable(op)
            return
        if not isinstance(op, BufferOp | ExternalOp) or op.port is None:
            return
        port = op.port.data
        self._add_port(port)
        if isinstance(op, ExternalOp):
            program.memories.append(port)
            self.memory_numbers[op] = len(program.memories)
        else:
            program.arena_ports[port] = op.placed_offset()

    def _read_variable(self, op: PersistentOp) -> None:
        """Places a variable behind those before it; its next value has no other."""
        program = self.program
        if PERSISTENT not in program.memories:
            program.memories.append(PERSISTENT)
        self.memory_numbers[op] = program.memories.index(PERSISTENT) + 1
        if any(item.number == op.number for item in program.variables):
            return
        initial = None if op.initial is None else to_array(op.initial).reshape(-1)
        program.variables.append(
            Variable(
                op.number,
                "" if op.label is None else op.label.data,
                place_after(program.persistent_bytes, program.alignment),
                op.image.bytes,
                initial,
                0 if op.zero is None else op.zero.value.data,
            )
        )

    def _variable_offset(self, op: PersistentOp) -> int:
        return next(v.offset for v in self.program.variables if v.number == op.number)

    def _add_port(self, port: Port) -> None:
        program = self.program
        ports = program.inputs if port.direction == "input" else program.outputs
        if any(port.index == other.index for other in ports):
            raise PassFailedException(
                f"tinyts-c: there are two {port.direction}s {port.index}"
            )
        ports.append(port)

    def _source(self, kernel: KernelOp) -> Port | None:
        """The input that a kernel reads from the caller, in ascending order."""
        written = kernel.writes()[0]
        if written.table.port is None:
            return None
        port = written.table.port.data
        end = self.rows_read.get(port, 0)
        if written.first < end:
            raise PassFailedException(
                f"tinyts-c: row {written.first} of input {port.index} is read after "
                f"row {end - 1}; the caller gives rows in ascending order"
            )
        self.rows_read[port] = written.last
        return port

    def _read_call(self, kernel: KernelOp) -> None:
        source = self._source(kernel)
        writes, reads = kernel.writes(), kernel.reads()
        for access in (*writes, *reads):
            self._tensor(access.table, kernel)
        key = (
            kernel.kernel,
            kernel.variant,
            kernel.layer,
            kernel.fields,
            kernel.params,
            tuple(kernel.operands),
        )
        if key not in self.layer_numbers:
            self.layer_numbers[key] = len(self.program.layers)
            self.program.layers.append(self._layer(kernel, source))
        first, last = kernel.named_rows()
        self.program.calls.append(
            Call(self.layer_numbers[key], last - first, first)
        )

    def _layer(self, kernel: KernelOp, source: Port | None) -> Layer:
        number = len(self.program.layers)
        tensors: dict[str, list[str]] = {}
        for access in (*kernel.writes(), *kernel.reads()):
            name = self.tensor_names[access.table.result, kernel.takes_tiles()]
            tensors.setdefault(access.field, []).append(name)
        arrays = {f: names for f, names in tensors.items() if f.endswith("s")}
        fields: dict[str, Initializer] = {
            f: f"&{names[0]}" for f, names in tensors.items() if f not in arrays
        }
        for array in arrays:
            fields[array] = f"{array}_{number}"
        fields.update(_scalars(kernel.params))
        for path, value in kernel.named_constants():
            _insert(fields, path.split("."), self._constant(value, path, number))
        return Layer(
            name=f"layer_{number}",
            kernel=kernel.function,
            layer=kernel.layer.value.data,
            output=tensors[kernel.writes()[0].field][0],
            comment=tensor_name(kernel),
            fields=fields,
            arrays=arrays,
            functions=frozenset(_functions(kernel.params)),
            takes_tiles=kernel.takes_tiles(),
            recorded=not {PART_OF_ROWS, UNNAMED} & set(kernel.attributes),
            source=source,
            completion=None
            if kernel.call_rows is None
            else self.completions.get(kernel.layer.value.data),
        )

    def _constant(self, value: SSAValue, path: str, number: int) -> str:
        if value not in self.constant_names:
            owner = value.owner
            if not isinstance(owner, ConstantOp):
                raise PassFailedException("tinyts-c: a kernel's constant is computed")
            name = f"{path.replace('.', '_')}_{number}"
            self.constant_names[value] = name
            self.program.constants.append(
                Constant(name, to_array(owner.value).reshape(-1))
            )
        return self.constant_names[value]

    def _tensor(self, table: RowsOp, kernel: KernelOp) -> None:
        key = table.result, kernel.takes_tiles()
        if key in self.tensor_names:
            return
        if max(table.image) > MAX_EXTENT:
            raise PassFailedException(
                f"tinyts-c: tensor {kernel.layer.value.data} '{tensor_name(kernel)}' "
                f"has a dimension of more than {MAX_EXTENT}; reshape it in the model"
            )
        offsets, pixel_pitch = self._places(table)
        if pixel_pitch > MAX_EXTENT:
            raise PassFailedException(
                f"tinyts-c: pixels of tensor '{tensor_name(kernel)}' are {pixel_pitch} "
                f"bytes apart, more than {MAX_EXTENT}"
            )
        root = memory_of(table.buffers[0]) if table.buffers else None
        memory = 0 if root is None else self.memory_numbers[root]
        program, height, borders = self.program, table.image.height, table.columns()
        if not kernel.takes_tiles():
            name = self.tensor_names[key] = f"tensor_{len(program.tensors)}"
            tensor = Tensor(name, table.image, memory, tuple(offsets), pixel_pitch)
            if isinstance(root, PersistentOp):
                for known in program.tensors:  # the value before or after the run
                    if replace(known, name=name) == tensor:
                        self.tensor_names[key] = known.name
                        return
            program.tensors.append(tensor)
            return
        name = self.tensor_names[key] = f"tiles_{len(program.tiles)}"
        columns = tuple(
            Tensor(
                f"{name}_{column}",
                table.image._replace(width=right - left),
                memory,
                tuple(offsets[column * height : (column + 1) * height]),
                pixel_pitch,
            )
            for column, (left, right) in enumerate(pairwise(borders))
        )
        program.tiles.append(Tiles(name, columns, borders))

    def _places(self, table: RowsOp) -> tuple[list[int | None], int]:
        """The offset of every row of a table, and the distance of pixels; in bytes."""
        offsets: list[int | None] = [None] * table.row_count
        pixel_pitch = table.image.channels
        for buffer, first, last in table.parts():
            layout = layout_of(buffer)
            base = self._base_offset(buffer) + layout.offset
            pixel_pitch = layout.pixel_pitch
            for row in range(first, last):
                offsets[row] = base + (row - first) * layout.row_pitch
        return offsets, pixel_pitch

    def _base_offset(self, buffer: SSAValue) -> int:
        """Where a buffer begins in its memory."""
        root = root_buffer(buffer)
        if isinstance(root, PersistentOp):
            return self._variable_offset(root)
        return root.placed_offset() if isinstance(root, BufferOp) else 0


def tensor_name(op: Operation) -> str:
    """The model file's name of the tensor that an op computes; empty if unknown."""
    return op.location.desc.data if isinstance(op.location, NameLoc) else ""


def _scalars(params: DictionaryAttr) -> dict[str, Initializer]:
    return {name: value for name, value in _items(params)}


def _items(params: DictionaryAttr) -> Iterator[tuple[str, Initializer]]:
    for name, value in params.data.items():
        if isinstance(value, DictionaryAttr):
            yield name, _scalars(value)
        elif isinstance(value, IntegerAttr):
            yield name, value.value.data
        elif isinstance(value, StringAttr):
            yield name, f"tinyts_{value.data}"
        else:
            raise PassFailedException(f"tinyts-c: parameter '{name}' is no integer")


def _functions(params: DictionaryAttr) -> Iterator[str]:
    """The functions that parameters name, without `tinyts_`."""
    for value in params.data.values():
        if isinstance(value, DictionaryAttr):
            yield from _functions(value)
        elif isinstance(value, StringAttr):
            yield value.data


def _insert(fields: dict[str, Initializer], path: list[str], name: str) -> None:
    """Sets a field, inside nested structures where the path says so."""
    *outer, last = path
    for key in outer:
        nested = fields.setdefault(key, {})
        if not isinstance(nested, dict):
            raise PassFailedException(f"tinyts-c: field '{key}' is no structure")
        fields = nested
    fields[last] = name
