"""Import of `.tflite` models into the `tinyts` dialect."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from xdsl.builder import Builder
from xdsl.dialects.builtin import (
    ArrayAttr,
    DictionaryAttr,
    IntegerAttr,
    ModuleOp,
    StringAttr,
    TensorType,
    i64,
)
from xdsl.dialects.func import FuncOp, ReturnOp
from xdsl.ir import Attribute, Block, Region, SSAValue
from xdsl.rewriter import InsertPoint
from xdsl.utils.exceptions import VerifyException

from emitc.project import reserved_names
from tinyts_dialect.ops.structure import ConstantOp
from tinyts_dialect.tensors import shape_of
from tools.constant_folding import fold_constants
from tools.dilated_convolution import fold_dilations, read_dilated
from tools.import_state import ImportState, end_type
from tools.long_axis import swap_one_dimensional_parts
from tools.model_kind import unsupported_kind
from tools.op_table import OP_TABLE
from tools.operator_reader import OperatorReader, operator_message, tensor_location
from tools.operator_remedies import not_supported
from tools.tflite_file import (
    OperatorInfo,
    TensorInfo,
    TFLiteError,
    TFLiteFile,
    read_tflite,
    read_tflite_path,
)
from tools.variables import VARIABLE_OPERATORS, Variables

CONTROL_FLOW = (
    "beside the first only those that CALL_ONCE runs are supported; export it without "
    "control flow"
)

_ENTRIES = {entry.builtin: entry for entry in OP_TABLE}


def identifier(name: str) -> str:
    """A C identifier made of a file's stem: `0_MW5` becomes `m0_MW5`."""
    cleaned = re.sub(r"\W", "_", name, flags=re.ASCII) or "model"
    if cleaned.lower() in reserved_names():
        return f"{cleaned}_model"
    return cleaned if not cleaned[0].isdigit() else f"m{cleaned}"


def import_tflite_path(path: Path, name: str | None = None) -> ModuleOp:
    """The module of a model file; TFLiteError where it cannot be imported."""
    return import_tflite(read_tflite_path(path), name or identifier(path.stem))


def import_tflite(data: bytes, name: str = "model") -> ModuleOp:
    """A module with one function, which computes the model's outputs.

    Arguments and results carry the attributes `tinyts.name` and `tinyts.layer`, the
    tensor's name and index in the file, and `tinyts.shape` where the file has another
    shape: of one-dimensional parts rows are the long axis. Raises TFLiteError, which
    says of a kind of model that is never supported what it is.
    """
    file = read_tflite(data)
    try:
        return import_file(file, name)
    except TFLiteError:
        kind = unsupported_kind(file)
        if kind is None:
            raise
        raise TFLiteError(kind.reason) from None


def import_file(file: TFLiteFile, name: str) -> ModuleOp:
    """The module of a file that was read; raises TFLiteError."""
    _check_writers(file)
    file = fold_dilations(fold_constants(file))
    _check_operators(file)
    inputs = [file.tensors[index] for index in file.inputs]
    block = Block(arg_types=[_type_of(tensor) for tensor in inputs])
    builder = Builder(InsertPoint.at_end(block))
    state = ImportState(file, builder)
    for tensor, argument in zip(inputs, block.args, strict=True):
        argument.name_hint = None
        argument.location = tensor_location(tensor)
        state.values[tensor.index] = argument
    variables = Variables(state, block)
    for operator in file.operators:
        if operator.builtin in VARIABLE_OPERATORS:
            variables.read(operator)
            continue
        reader = OperatorReader(state, operator)
        values = _read(reader)
        for tensor, value in zip(reader.outputs, values, strict=True):
            state.values[tensor.index] = value
    outputs = [file.tensors[index] for index in file.outputs]
    results = [_output(state, tensor) for tensor in outputs]
    results += variables.results()
    terminator = builder.insert(ReturnOp(*results))
    variable_values = {*block.args[len(inputs) :], *results[len(outputs) :]}
    swap_one_dimensional_parts(block, keep=variable_values)
    _erase_unused_constants(block)
    results = terminator.operands  # of their new types
    function = FuncOp(
        name,
        (block.arg_types, [value.type for value in results]),
        Region(block),
        arg_attrs=ArrayAttr(
            [
                *_port_attributes(inputs, block.args[: len(inputs)]),
                *variables.argument_attributes(),
            ]
        ),
        res_attrs=ArrayAttr(
            [
                *_port_attributes(outputs, results[: len(outputs)]),
                *variables.result_attributes(),
            ]
        ),
    )
    module = ModuleOp([function])
    module.verify()
    return module


def _erase_unused_constants(block: Block) -> None:
    """Those of operators that became tables."""
    for op in list(block.ops):
        if isinstance(op, ConstantOp) and not any(op.result.uses):
            op.detach()
            op.erase()


def _output(state: ImportState, tensor: TensorInfo) -> SSAValue:
    """The value of an output: computed, or a constant."""
    type_ = end_type(tensor)
    if tensor.data is not None:
        return state.constant(tensor.data, type_)
    if tensor.index not in state.values:
        raise TFLiteError(
            f"output {tensor.label} is not computed by any operator; export the model "
            "again"
        )
    return state.values[tensor.index]


def _type_of(tensor: TensorInfo) -> TensorType[Attribute]:
    type_ = end_type(tensor)
    if len(tensor.shape) > 3 and tensor.shape[0] != 1:
        raise TFLiteError(
            f"input {tensor.label}: batch is {tensor.shape[0]}; export the model with "
            "batch 1"
        )
    return type_


def _port_attributes(
    tensors: list[TensorInfo], values: Sequence[SSAValue]
) -> ArrayAttr[DictionaryAttr]:
    """Name, number and, where the value has another one, shape of each tensor."""
    attributes: list[DictionaryAttr] = []
    for tensor, value in zip(tensors, values, strict=True):
        entries: dict[str, Attribute] = {
            "tinyts.name": StringAttr(tensor.name),
            "tinyts.layer": IntegerAttr(tensor.index, i64),
        }
        if shape_of(value) != tensor.shape:
            sizes = [IntegerAttr(size, i64) for size in tensor.shape]
            entries["tinyts.shape"] = ArrayAttr(sizes)
        attributes.append(DictionaryAttr(entries))
    return ArrayAttr(attributes)


def _read(reader: OperatorReader) -> Sequence[SSAValue]:
    """The values of an operator's outputs."""
    dilation = reader.operator.dilation
    try:
        if dilation is not None:
            return [read_dilated(reader, dilation)]
        values = _ENTRIES[reader.operator.builtin].read(reader)
        return [values] if isinstance(values, SSAValue) else values
    except VerifyException as error:  # an attribute's; `build` reports an operation's
        reader.fail_verification(error)


def _check_operators(file: TFLiteFile) -> None:
    """Names the first operator that the table does not have, or not in this form."""
    for operator in file.operators:
        if operator.builtin in VARIABLE_OPERATORS:
            continue
        entry = _ENTRIES.get(operator.builtin)
        count = len(operator.inputs)
        if entry is None:
            _fail(file, operator, not_supported(operator.builtin))
        if operator.has_custom_options:
            _fail(
                file,
                operator,
                "has custom options, which a built-in operator must not have; export "
                "the model again",
            )
        _check_count(file, operator, count, entry.inputs, "inputs")
        _check_count(file, operator, len(operator.outputs), entry.outputs, "outputs")
    once = any(operator.builtin == "CALL_ONCE" for operator in file.operators)
    if file.others and not once:
        raise TFLiteError(
            f"the model has {1 + len(file.others)} subgraphs; {CONTROL_FLOW}"
        )


def _check_count(
    file: TFLiteFile,
    operator: OperatorInfo,
    count: int,
    bounds: tuple[int, int],
    what: str,
) -> None:
    if not bounds[0] <= count <= bounds[1]:
        expected = " to ".join(str(bound) for bound in sorted({*bounds}))
        _fail(
            file,
            operator,
            f"has {count} {what}, expected {expected}; export the model again",
        )


def _check_writers(file: TFLiteFile) -> None:
    """Every tensor has one source: an input of the model, a constant, an operator."""
    sources: dict[int, str] = {}
    for index in file.inputs:
        tensor = file.tensors[index]
        if tensor.data is not None or index in sources:
            problem = "constant" if tensor.data is not None else "listed twice"
            raise TFLiteError(
                f"input {tensor.label} of the model is {problem}; export it again"
            )
        sources[index] = "an input of the model"
    for operator in file.operators:
        for index in operator.outputs:
            constant = file.tensors[index].data is not None
            source = "constant" if constant else sources.get(index)
            if source is not None:
                _fail(
                    file,
                    operator,
                    f"it writes a tensor that is already {source}; export the model "
                    "again",
                )
            sources[index] = f"written by operator {operator.index}"


def _fail(file: TFLiteFile, operator: OperatorInfo, message: str) -> NoReturn:
    raise TFLiteError(operator_message(file, operator, message))
