"""Import of `.tflite` models into the `tinyts` dialect."""

from __future__ import annotations

import re
from pathlib import Path

from xdsl.builder import Builder
from xdsl.dialects.builtin import (
    ArrayAttr,
    DictionaryAttr,
    IntegerAttr,
    ModuleOp,
    StringAttr,
    i64,
)
from xdsl.dialects.func import FuncOp, ReturnOp
from xdsl.ir import Block, Region
from xdsl.rewriter import InsertPoint

from tinyts_dialect.tensors import activation_type
from tools.op_table import OP_TABLE
from tools.operator_reader import (
    ImportState,
    OperatorReader,
    tensor_location,
    tensor_quant,
)
from tools.tflite_file import (
    TensorInfo,
    TFLiteError,
    TFLiteFile,
    read_tflite,
    read_tflite_path,
)

_ENTRIES = {entry.builtin: entry for entry in OP_TABLE}


def identifier(name: str) -> str:
    """A C identifier made of a file's stem: `0_MW5` becomes `m0_MW5`."""
    cleaned = re.sub(r"\W", "_", name, flags=re.ASCII) or "model"
    return cleaned if not cleaned[0].isdigit() else f"m{cleaned}"


def import_tflite_path(path: Path, name: str | None = None) -> ModuleOp:
    """The module of a model file; TFLiteError where it cannot be imported."""
    return import_tflite(read_tflite_path(path), name or identifier(path.stem))


def import_tflite(data: bytes, name: str = "model") -> ModuleOp:
    """A module with one function, which computes the model's outputs.

    Arguments and results carry the attributes `tinyts.name` and `tinyts.layer`, the
    tensor's name and index in the file. Raises TFLiteError.
    """
    file = read_tflite(data)
    _check_operators(file)
    inputs = [file.tensors[index] for index in file.inputs]
    block = Block(arg_types=[_type_of(tensor) for tensor in inputs])
    builder = Builder(InsertPoint.at_end(block))
    state = ImportState(file, builder)
    for tensor, argument in zip(inputs, block.args, strict=True):
        argument.name_hint = None
        argument.location = tensor_location(tensor)
        state.values[tensor.index] = argument
    for operator in file.operators:
        reader = OperatorReader(state, operator)
        _check_batch(reader)
        value = _ENTRIES[operator.builtin].read(reader)
        state.values[reader.output.index] = value
    outputs = [file.tensors[index] for index in file.outputs]
    for tensor in outputs:
        if tensor.index not in state.values:
            raise TFLiteError(f"output '{tensor.name}' is not computed by any operator")
    results = [state.values[tensor.index] for tensor in outputs]
    builder.insert(ReturnOp(*results))
    function = FuncOp(
        name,
        (block.arg_types, [value.type for value in results]),
        Region(block),
        arg_attrs=_port_attributes(inputs),
        res_attrs=_port_attributes(outputs),
    )
    module = ModuleOp([function])
    module.verify()
    return module


def _type_of(tensor: TensorInfo):
    return activation_type(tensor.shape, tensor_quant(tensor))


def _port_attributes(tensors: list[TensorInfo]) -> ArrayAttr[DictionaryAttr]:
    return ArrayAttr(
        [
            DictionaryAttr(
                {
                    "tinyts.name": StringAttr(tensor.name),
                    "tinyts.layer": IntegerAttr(tensor.index, i64),
                }
            )
            for tensor in tensors
        ]
    )


def _check_operators(file: TFLiteFile) -> None:
    """Names the first operator that the table does not have."""
    for operator in file.operators:
        if operator.builtin in _ENTRIES:
            continue
        outputs = [file.tensors[index].name for index in operator.outputs]
        raise TFLiteError(
            f"operator {operator.index} {operator.builtin} "
            f"(tensor '{', '.join(outputs)}'): not supported; replace it in the model "
            "or see docs/operators.md for the supported operators"
        )


def _check_batch(reader: OperatorReader) -> None:
    shape = reader.output.shape
    if len(shape) > 3 and shape[0] != 1:
        reader.fail(f"batch is {shape[0]}; export the model with batch 1")
