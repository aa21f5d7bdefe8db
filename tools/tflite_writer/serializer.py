"""The bytes of a model file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

import flatbuffers  # pyright: ignore[reportMissingTypeStubs]
import numpy as np

from tools.tflite_writer.graph import GraphWriter
from tools.tflite_writer.kinds import OPERATOR_KINDS
from tools.tflite_writer.model import (
    SCHEMA,
    TENSOR_TYPES,
    Array,
    Operator,
    Option,
    Tensor,
    adder,
)

_BUFFER_ALIGNMENT = 16


class Serializer:
    """Turns tables of the writer into the bytes of a flatbuffer, children first."""

    def __init__(self) -> None:
        self._builder = cast(Any, flatbuffers).Builder(1024)

    def model(self, main: GraphWriter, once: GraphWriter | None) -> bytes:
        """The file; with `once`, a subgraph that it runs before the first run."""
        subgraphs = [("main", main, list(main.operators))]
        if once is not None:
            call = Operator("CALL_ONCE", 1, (), (), {"init_subgraph_index": 1})
            subgraphs[0][2].insert(0, call)
            subgraphs.append(("once", once, once.operators))
        codes: dict[tuple[str, int], int] = {}
        for _, _, operators in subgraphs:
            for operator in operators:
                codes.setdefault((operator.builtin, operator.version), len(codes))
        buffers = [self._buffer(None)]
        tables = [
            self._subgraph(name, graph, operators, main.unknown_batch, buffers, codes)
            for name, graph, operators in subgraphs
        ]
        root = self._table(
            "Model",
            version=3,
            operator_codes=self._tables([self._code(*code) for code in codes]),
            subgraphs=self._tables(tables),
            description=self._string(main.description),
            buffers=self._tables(buffers),
        )
        self._builder.Finish(root, b"TFL3")
        return bytes(self._builder.Output())

    def _subgraph(
        self,
        name: str,
        graph: GraphWriter,
        operators: Sequence[Operator],
        unknown_batch: bool,
        buffers: list[int],
        codes: Mapping[tuple[str, int], int],
    ) -> int:
        """A subgraph; the contents of its constants are added to the buffers."""
        tensors = graph.tensors
        used = len(buffers)
        constants = [tensor.data for tensor in tensors if tensor.data is not None]
        buffers += map(self._buffer, constants)
        tensor_tables: list[int] = []
        for tensor in tensors:
            buffer = 0 if tensor.data is None else used
            used += tensor.data is not None
            tensor_tables.append(self._tensor(tensor, buffer, unknown_batch))
        operator_tables = [
            self._operator(operator, codes[operator.builtin, operator.version])
            for operator in operators
        ]
        return self._table(
            "SubGraph",
            tensors=self._tables(tensor_tables),
            inputs=self._ints(graph.inputs),
            outputs=self._ints(graph.outputs),
            operators=self._tables(operator_tables),
            name=self._string(name),
        )

    def _code(self, builtin: str, version: int) -> int:
        code: int = getattr(SCHEMA.BuiltinOperator, builtin)
        return self._table(
            "OperatorCode",
            deprecated_builtin_code=min(code, 127),
            version=version,
            builtin_code=code,
        )

    def _operator(self, operator: Operator, code: int) -> int:
        name = OPERATOR_KINDS[operator.builtin].options
        fields = {
            field: self._option(value) for field, value in operator.options.items()
        }
        if name is not None:
            fields = {
                "builtin_options_type": getattr(SCHEMA.BuiltinOptions, name),
                "builtin_options": self._table(name, **fields),
            }
        return self._table(
            "Operator",
            opcode_index=code,
            inputs=self._ints(operator.inputs),
            outputs=self._ints(operator.outputs),
            **fields,
        )

    def _option(self, value: Option) -> int | float:
        if isinstance(value, str):
            return self._string(value)
        return self._ints(value) if isinstance(value, Sequence) else value

    def _tensor(self, tensor: Tensor, buffer: int, unknown_batch: bool) -> int:
        fields: dict[str, int] = {}
        if unknown_batch and tensor.data is None and len(tensor.shape) > 1:
            fields["shape_signature"] = self._ints((-1, *tensor.shape[1:]))
        if tensor.scales:
            fields["quantization"] = self._table(
                "QuantizationParameters",
                scale=self._vector(np.array(tensor.scales, "<f4")),
                zero_point=self._vector(np.array(tensor.zero_points, "<i8")),
                quantized_dimension=tensor.quantized_dimension,
            )
        return self._table(
            "Tensor",
            shape=self._ints(tensor.shape),
            type=getattr(SCHEMA.TensorType, TENSOR_TYPES[tensor.dtype]),
            buffer=buffer,
            name=self._string(tensor.name),
            has_rank=True,
            is_variable=tensor.is_variable,
            **fields,
        )

    def _buffer(self, data: bytes | None) -> int:
        if data is None:
            return self._table("Buffer")
        return self._table("Buffer", data=self._bytes(data))

    def _bytes(self, data: bytes) -> int:
        """A vector of bytes whose first byte is aligned in the file."""
        builder = self._builder
        builder.StartVector(1, len(data), _BUFFER_ALIGNMENT)
        builder.head -= len(data)
        builder.Bytes[builder.head : builder.head + len(data)] = data
        return builder.EndVector()

    def _table(self, name: str, /, **fields: Any) -> int:
        getattr(SCHEMA, f"{name}Start")(self._builder)
        for field, value in fields.items():
            getattr(SCHEMA, adder(name, field))(self._builder, value)
        return getattr(SCHEMA, f"{name}End")(self._builder)

    def _ints(self, values: Sequence[int]) -> int:
        return self._vector(np.array(values, "<i4"))

    def _vector(self, values: Array) -> int:
        return self._builder.CreateNumpyVector(values)

    def _string(self, text: str) -> int:
        return self._builder.CreateString(text)

    def _tables(self, tables: Sequence[int]) -> int:
        self._builder.StartVector(4, len(tables), 4)
        for table in reversed(tables):
            self._builder.PrependUOffsetTRelative(table)
        return self._builder.EndVector()
