"""Variables of a model file: state that it keeps from one run to the next.

READ_VARIABLE and ASSIGN_VARIABLE become values: a variable is an argument of the
function, and what is assigned last a result. CALL_ONCE names a subgraph that assigns
the initial values; tensors with the flag `is_variable` start as zeros.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from math import prod
from typing import NamedTuple, NoReturn

import numpy as np
import numpy.typing as npt
import tflite
from xdsl.dialects.builtin import (
    DictionaryAttr,
    IntegerAttr,
    StringAttr,
    TensorType,
    i64,
)
from xdsl.ir import Attribute, Block, Operation, SSAValue

from lowering.variables import INITIAL, NUMBER
from tinyts_dialect.ops.assign import AssignOp
from tinyts_dialect.ops.reshape import ReshapeOp
from tinyts_dialect.tensors import activation_type, dense
from tools.import_state import ImportState, tensor_quant
from tools.operator_reader import operator_message, read_options, tensor_location
from tools.tflite_file import OperatorInfo, TensorInfo, TFLiteError, TFLiteFile, shown


class Arity(NamedTuple):
    """How many inputs and outputs an operator has, and what is supported of it."""

    inputs: int
    outputs: int
    supports: str


VARIABLE_OPERATORS = {
    "ASSIGN_VARIABLE": Arity(2, 0, "int8 values"),
    "CALL_ONCE": Arity(0, 0, "a subgraph that assigns constants to variables"),
    "READ_VARIABLE": Arity(1, 1, "int8 values"),
    "VAR_HANDLE": Arity(0, 1, "any name"),
}
"""The operators of resource variables: they are no operations but values."""


@dataclass
class _Variable:
    number: int
    name: str
    argument: SSAValue
    value: SSAValue
    """What a READ_VARIABLE gives now."""
    result: SSAValue
    """What the function returns."""


class Variables:
    """The variables of one import, made when they are first read."""

    def __init__(self, state: ImportState, block: Block) -> None:
        self.state, self.block = state, block
        self.handles: dict[int, Hashable] = {}
        self.initial: dict[Hashable, TensorInfo] = {}
        self.assigned: dict[Hashable, SSAValue] = {}
        """Of variables that nothing has read yet, what they hold."""
        self.known: dict[Hashable, _Variable] = {}
        state.variables = self

    def read(self, operator: OperatorInfo) -> None:
        """Reads one of VARIABLE_OPERATORS; raises TFLiteError."""
        file = self.state.file
        self._check_arity(file, operator)
        if operator.builtin == "CALL_ONCE":
            self._call_once(operator)
        elif operator.builtin == "VAR_HANDLE":
            self.handles[operator.outputs[0]] = _key(file, operator)
        elif operator.builtin == "READ_VARIABLE":
            self._read_variable(operator)
        else:
            self._assign_variable(operator)

    @staticmethod
    def _check_arity(file: TFLiteFile, operator: OperatorInfo) -> None:
        arity = VARIABLE_OPERATORS[operator.builtin]
        counts = len(operator.inputs), len(operator.outputs)
        if counts != (arity.inputs, arity.outputs) or -1 in operator.inputs:
            _fail(
                file,
                operator,
                f"has {counts[0]} inputs and {counts[1]} outputs, expected "
                f"{arity.inputs} and {arity.outputs}; export the model again",
            )

    def _call_once(self, operator: OperatorInfo) -> None:
        """Takes the initial values out of the subgraph that is run once."""
        file = self.state.file
        options = read_options(file, operator, tflite.CallOnceOptions)
        index = options.InitSubgraphIndex()
        if not 1 <= index <= len(file.others):
            _fail(
                file,
                operator,
                f"names subgraph {index}, which does not exist; export the model again",
            )
        if self.known or self.assigned:
            _fail(
                file,
                operator,
                "comes after a variable is used; export the model with its "
                "initialization first",
            )
        once = file.others[index - 1]
        handles: dict[int, Hashable] = {}
        for inner in once.operators:
            if inner.builtin not in ("VAR_HANDLE", "ASSIGN_VARIABLE"):
                _fail(
                    once,
                    inner,
                    "is not supported in the subgraph that CALL_ONCE runs; initialize "
                    "variables with constants",
                )
            self._check_arity(once, inner)
            if inner.builtin == "VAR_HANDLE":
                handles[inner.outputs[0]] = _key(once, inner)
                continue
            value = once.tensors[inner.inputs[1]]
            if inner.inputs[0] not in handles or value.data is None:
                _fail(
                    once,
                    inner,
                    "assigns what is no constant, or to no variable; initialize "
                    "variables with constants",
                )
            self.initial[handles[inner.inputs[0]]] = value

    def _handle(self, operator: OperatorInfo) -> Hashable:
        key = self.handles.get(operator.inputs[0])
        if key is None:
            _fail(
                self.state.file,
                operator,
                "its first input is not made by a VAR_HANDLE before it; export the "
                "model again",
            )
        return key

    def _read_variable(self, operator: OperatorInfo) -> None:
        file, key = self.state.file, self._handle(operator)
        output = file.tensors[operator.outputs[0]]
        type_ = activation_type(output.shape, tensor_quant(output))
        if key in self.assigned:
            value = self.assigned[key]
        else:
            value = self.argument(key, output, type_, operator)
        self.state.values[output.index] = self._as_type(
            value, type_, output, operator, output.index
        )

    def _assign_variable(self, operator: OperatorInfo) -> None:
        file, key = self.state.file, self._handle(operator)
        info = file.tensors[operator.inputs[1]]
        value = self.state.activation(info)
        if value is None:
            _fail(
                file,
                operator,
                f"input '{shown(info.name)}' is not computed by an earlier operator; "
                "export the model with its operators in order",
            )
        self.assigned[key] = value
        variable = self.known.get(key)
        if variable is None:
            return
        value = self._as_type(value, variable.argument.type, info, operator)
        if isinstance(variable.result.owner, AssignOp):
            variable.result.owner.detach()
            variable.result.owner.erase()
        op = AssignOp.create(
            operands=[value],
            result_types=[variable.argument.type],
            location=tensor_location(info),
        )
        self.state.builder.insert(op)
        variable.value, variable.result = value, op.result

    def _as_type(
        self,
        value: SSAValue,
        type_: Attribute,
        info: TensorInfo,
        operator: OperatorInfo,
        layer: int | None = None,
    ) -> SSAValue:
        """The value's bytes with a type; an error where their number differs."""
        if value.type == type_:
            return value
        sizes = [prod(t.get_shape()) for t in (value.type, type_)]  # pyright: ignore
        if sizes[0] != sizes[1]:
            _fail(
                self.state.file,
                operator,
                f"a variable of {sizes[0]} and of {sizes[1]} bytes; export the model "
                "again",
            )
        op = ReshapeOp.create(
            operands=[value],
            result_types=[type_],
            properties={} if layer is None else {"layer": IntegerAttr(layer, i64)},
            location=tensor_location(info),
        )
        self.state.builder.insert(op)
        return op.result

    def argument(
        self,
        key: Hashable,
        info: TensorInfo,
        type_: TensorType[Attribute],
        operator: OperatorInfo,
    ) -> SSAValue:
        """The value of a variable before the run, an argument of the function."""
        known = self.known.get(key)
        if known is None:
            argument = self.block.insert_arg(type_, len(self.block.args))
            argument.location = tensor_location(info)
            number = len(self.known)
            known = _Variable(number, _name(key, info), argument, argument, argument)
            self.known[key] = known
            self._check_initial(key, type_, operator)
        return known.value

    def update(self, key: Hashable, value: SSAValue) -> None:
        """Says what an operation made of a variable that it reads."""
        variable = self.known[key]
        variable.value = variable.result = value

    def _check_initial(
        self, key: Hashable, type_: TensorType[Attribute], operator: OperatorInfo
    ) -> None:
        value = self.initial.get(key)
        size = prod(type_.get_shape())
        if value is None or (
            value.type == "int8" and value.data is not None and value.data.size == size
        ):
            return
        _fail(
            self.state.file,
            operator,
            f"reads {size} bytes of a variable that CALL_ONCE sets to {value.label} of "
            f"type {value.type} and shape {list(value.shape)}; export the model again",
        )

    def results(self) -> list[SSAValue]:
        """What the function returns for the variables, behind its outputs."""
        for variable in self.known.values():
            _assign_after_readers(variable.argument, variable.result.owner)
        return [variable.result for variable in self.known.values()]

    def argument_attributes(self) -> list[DictionaryAttr]:
        """The attributes of their arguments."""
        found: list[DictionaryAttr] = []
        for key, variable in self.known.items():
            attributes: dict[str, Attribute] = {
                "tinyts.name": StringAttr(variable.name),
                NUMBER: IntegerAttr(variable.number, i64),
            }
            value = self.initial.get(key)
            if value is not None and value.data is not None:
                shape = variable.argument.type.get_shape()  # pyright: ignore
                initial = value.data.astype(np.int8).reshape(shape)
                if not _is_zero(initial, variable.argument.type):
                    attributes[INITIAL] = dense(initial)
            found.append(DictionaryAttr(attributes))
        return found

    def result_attributes(self) -> list[DictionaryAttr]:
        """The attributes of their results."""
        return [
            DictionaryAttr({NUMBER: IntegerAttr(variable.number, i64)})
            for variable in self.known.values()
        ]


def _is_zero(values: npt.NDArray[np.int8], type_: Attribute) -> bool:
    """Whether a variable starts with the value that it has without an initial one."""
    encoding = type_.encoding.data  # pyright: ignore
    return bool((values == encoding.zero_point).all())


def _name(key: Hashable, info: TensorInfo) -> str:
    name = key[-1] if isinstance(key, tuple) else None
    return shown(name if isinstance(name, str) and name else info.name)


def _key(file: TFLiteFile, operator: OperatorInfo) -> Hashable:
    """The name by which a VAR_HANDLE finds its variable."""
    options = read_options(file, operator, tflite.VarHandleOptions)
    container, name = options.Container() or b"", options.SharedName() or b""
    return (container, name.decode("utf-8", "backslashreplace"))


def _fail(file: TFLiteFile, operator: OperatorInfo, message: str) -> NoReturn:
    raise TFLiteError(operator_message(file, operator, message))


def _assign_after_readers(old: SSAValue, assign: Operation | Block) -> None:
    """Puts an assignment behind the last operation that reads the old value."""
    block = assign.parent_block() if isinstance(assign, AssignOp) else None
    if block is None or not isinstance(assign, AssignOp):
        return
    readers: set[Operation] = set()
    values = [old]
    while values:
        for use in values.pop().uses:
            readers.add(use.operation)
            if isinstance(use.operation, ReshapeOp):
                values.append(use.operation.result)
    last = [op for op in block.ops if op is assign or op in readers][-1]
    if last is not assign:
        assign.detach()
        block.insert_op_after(assign, last)
