"""Kernel calls of a function that is converted: operands, constants, state."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property

import numpy as np
import numpy.typing as npt
from xdsl.builder import Builder
from xdsl.dialects.func import FuncOp
from xdsl.ir import SSAValue
from xdsl.utils.exceptions import PassFailedException

from lowering.calls.call_specs import fail
from lowering.calls.kernel_spec import KernelSpec, params_attribute
from lowering.operators import takes_tiles
from lowering.places.state import layer_key
from lowering.places.storage import Rows, Storage
from lowering.places.tables import TableRows, Tables
from lowering.places.tiled_tensors import LayerOperand, eats_columns
from lowering.places.variable_memory import next_key, number_of
from tinyts_dialect import tsbuf
from tinyts_dialect.interfaces import TensorOp
from tinyts_dialect.ops.structure import ConstantOp
from tinyts_dialect.stateful import StatefulOp
from tinyts_dialect.streaming import StepOp
from tinyts_dialect.tensors import dense

Operand = tuple[str, SSAValue, int, int]
"""Field, table, and rows first..last-1 of an operand of a call."""


class KernelCalls:
    """The calls in the order in which they are added.

    Before the first, tables must know where tensors lie. Constants go to `builder`.
    """

    def __init__(
        self, function: FuncOp, storage: Storage, tables: Tables, builder: Builder
    ) -> None:
        self.function = function
        self.storage = storage
        self.tables = tables
        self.builder = builder
        self.calls: list[tsbuf.KernelOp] = []
        self._constants: dict[object, SSAValue] = {}
        self._arrays: list[npt.NDArray[np.int32]] = []
        """Kept, since constants are known by the arrays' identities."""

    def add(
        self,
        spec: KernelSpec,
        sources: list[Rows],
        target: Rows,
        layer: int,
        op: TensorOp | None = None,
    ) -> tsbuf.KernelOp:
        """One more call, for a tensor of the file and, but for copies, of an op."""
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
                fail(op, f"its {update.field} is no variable of the function")
            before = self.tables.table(self.storage.rows(update.before).tensor)
            after = self.tables.table(next_key(number))
            height = tsbuf.image_of(after).height
            old.append((update.field, before, 0, height))
            new.append((update.field, after, 0, height))
        return old, new

    def _constant(self, value: SSAValue | npt.NDArray[np.int32]) -> SSAValue:
        key = value if isinstance(value, SSAValue) else id(value)
        if key in self._constants:
            return self._constants[key]
        if isinstance(value, SSAValue):
            if not isinstance(value.owner, ConstantOp):
                raise PassFailedException(
                    "convert-tinyts-to-tsbuf: weights must be tinyts.constant"
                )
            attribute = value.owner.value
        else:
            self._arrays.append(value)
            attribute = dense(value)
        self._constants[key] = self.builder.insert(tsbuf.ConstantOp(attribute)).result
        return self._constants[key]

    @cached_property
    def _columns_read(self) -> dict[LayerOperand, int]:
        """The most columns of tiles that a call of a layer reads of an operand."""
        found: dict[LayerOperand, int] = {}
        if all(tensor.borders is None for tensor in self.storage.tensors.values()):
            return found
        for op in self.function.body.block.ops:
            if not isinstance(op, TensorOp):
                continue
            for number, rows in enumerate(self.storage.sources(op)):
                key, reads = (layer_key(op), number), self._reading(op, rows)
                found[key] = max(found.get(key, 1), len(reads))
        return found

    def _reading(self, op: TensorOp | None, rows: Rows) -> list[TableRows]:
        tiles = op is not None and takes_tiles(type(op))
        eats = op is not None and eats_columns(op, self.storage)
        return self.tables.reading(rows, tiles, eats)

    def _reads(
        self, names: Sequence[str], sources: Sequence[Rows], op: TensorOp | None
    ) -> Iterator[Operand]:
        """What a call reads; calls of a layer have equally many operands."""
        layer = None if op is None else layer_key(op)
        for number, (name, rows) in enumerate(zip(names, sources, strict=True)):
            found = self._reading(op, rows)
            most = self._columns_read.get((layer, number), 1)
            none = TableRows(found[0].table, 0, 0)
            for read in found + [none] * (most - len(found)):
                yield (name, *read)
