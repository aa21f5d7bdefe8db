"""Models to break: one of every operator, as objects that may say anything.

`Raw` holds what a `.tflite` file says without any rule; `written` makes a file of it.
`flipped` damages the bytes of a file.
"""

from __future__ import annotations

import random
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from inspect import isfunction, signature
from pathlib import Path
from typing import Any

import flatbuffers
import numpy as np
import tflite

from tools.tflite_writer import Quant, TFLiteWriter

DIGITS = Path(__file__).resolve().parents[1] / "examples" / "digits" / "digits.tflite"


@dataclass
class RawTensor:
    """A tensor of the file; `data` None is an activation."""

    name: bytes
    shape: list[int]
    type: int
    scales: list[float]
    zero_points: list[int]
    dimension: int
    data: bytes | None
    sparse: bool = False
    offset: int = 0
    """Place of the data behind the flatbuffer, as in large models."""


@dataclass
class RawOperator:
    """An operator of the file; options by the name of their accessor (StrideH)."""

    builtin: int
    inputs: list[int]
    outputs: list[int]
    options_type: int
    options: dict[str, Any] | None
    custom_code: bytes | None = None
    custom_options: bytes | None = None


@dataclass
class Raw:
    """A model file."""

    tensors: list[RawTensor]
    operators: list[RawOperator]
    inputs: list[int]
    outputs: list[int]
    version: int = 3
    subgraphs: int = 1

    def operator(self, builtin: str) -> RawOperator:
        """The first operator of a kind."""
        number = getattr(tflite.BuiltinOperator, builtin)
        return next(op for op in self.operators if op.builtin == number)

    def output_of(self, builtin: str) -> RawTensor:
        """The tensor that the first operator of a kind writes."""
        return self.tensors[self.operator(builtin).outputs[0]]

    def input_of(self, builtin: str, position: int) -> RawTensor:
        """The tensor that the first operator of a kind reads at a position."""
        return self.tensors[self.operator(builtin).inputs[position]]


def every_operator() -> TFLiteWriter:
    """A network with each of the supported operators."""
    random = np.random.default_rng(7)

    def weights(*shape: int) -> np.ndarray:
        return random.integers(-127, 128, shape, dtype=np.int8)

    def bias(channels: int) -> np.ndarray:
        return random.integers(-500, 500, channels, dtype=np.int32)

    w = TFLiteWriter("every operator")
    x = w.input("x", shape=(1, 9, 8, 3), scale=0.05, zero_point=-5)
    padded = w.pad(x, [[0, 0], [1, 0], [0, 1], [0, 1]])
    conv = w.conv_2d(
        padded,
        weights=weights(4, 3, 3, 4),
        bias=bias(4),
        weight_scales=[0.01, 0.02, 0.015, 0.03],
        output=Quant(0.1, -20),
        stride=(2, 2),
        activation="RELU6",
    )
    deep = w.depthwise_conv_2d(
        conv,
        weights=weights(1, 3, 3, 8),
        bias=bias(8),
        weight_scales=[0.02],
        output=Quant(0.1, -20),
        activation="RELU",
    )
    narrow = w.conv_2d(
        deep,
        weights=weights(4, 1, 1, 8),
        bias=None,
        weight_scales=[0.01],
        output=Quant(0.1, -20),
        padding="VALID",
        dilation=(2, 2),
    )
    added = w.add(conv, narrow, output=Quant(0.15, 3), activation="NONE")
    joined = w.concatenation([conv, narrow], axis=3)
    most = w.max_pool_2d(joined, filter=(2, 2), stride=(2, 2), padding="SAME")
    average = w.average_pool_2d(
        added, filter=(3, 2), stride=(2, 2), padding="SAME", activation="RELU"
    )
    scales = w.constant(weights(1, 1, 1, 4), Quant(0.01, 7), "scales")
    scaled = w.mul(average, scales, output=Quant(0.05, 0), activation="RELU_N1_TO_1")
    mean = w.mean(most, [1, 2], keep_dims=False, output=Quant(0.08, -3))
    flat = w.reshape(scaled, (1, w.shape(scaled)[1] * w.shape(scaled)[2] * 4))
    full = w.fully_connected(
        flat,
        weights=weights(5, w.shape(flat)[1]),
        bias=bias(5),
        weight_scales=[0.004],
        output=Quant(0.12, 9),
    )
    w.output(w.softmax(full, beta=0.7), mean)
    return w


def raw_of(data: bytes) -> Raw:
    """What a valid file says."""
    model = tflite.Model.GetRootAs(data, 0)
    graph = model.Subgraphs(0)
    return Raw(
        tensors=[
            _raw_tensor(model, graph.Tensors(i)) for i in range(graph.TensorsLength())
        ],
        operators=[
            _raw_operator(model, graph.Operators(i))
            for i in range(graph.OperatorsLength())
        ],
        inputs=graph.InputsAsNumpy().tolist(),
        outputs=graph.OutputsAsNumpy().tolist(),
    )


def _raw_tensor(model: tflite.Model, tensor: tflite.Tensor) -> RawTensor:
    quantization = tensor.Quantization()
    buffer = model.Buffers(tensor.Buffer())
    scaled = quantization is not None and quantization.ScaleLength() > 0
    return RawTensor(
        name=tensor.Name(),
        shape=[tensor.Shape(i) for i in range(tensor.ShapeLength())],
        type=tensor.Type(),
        scales=quantization.ScaleAsNumpy().tolist() if scaled else [],
        zero_points=quantization.ZeroPointAsNumpy().tolist() if scaled else [],
        dimension=quantization.QuantizedDimension() if scaled else 0,
        data=buffer.DataAsNumpy().tobytes() if buffer.DataLength() else None,
    )


def _raw_operator(model: tflite.Model, operator: tflite.Operator) -> RawOperator:
    code = model.OperatorCodes(operator.OpcodeIndex())
    number = operator.BuiltinOptionsType()
    options: dict[str, Any] | None = None
    if number:
        table, kind = operator.BuiltinOptions(), _options_table(number)
        reader = getattr(tflite, kind)()
        reader.Init(table.Bytes, table.Pos)
        options = {
            name: accessor(reader)
            for name, accessor in vars(type(reader)).items()
            if isfunction(accessor)
            and len(signature(accessor).parameters) == 1
            and hasattr(tflite, f"{kind}Add{name}")
        }
    return RawOperator(
        builtin=code.BuiltinCode(),
        inputs=operator.InputsAsNumpy().tolist(),
        outputs=operator.OutputsAsNumpy().tolist(),
        options_type=number,
        options=options,
    )


def _options_table(number: int) -> str:
    names = vars(tflite.BuiltinOptions).items()
    return next(name for name, value in names if value == number)


def written(raw: Raw) -> bytes:
    """The file that says exactly this."""
    return _Writer().model(raw)


class _Writer:
    def __init__(self) -> None:
        self.builder = flatbuffers.Builder(1 << 12)

    def model(self, raw: Raw) -> bytes:
        data = [tensor.data for tensor in raw.tensors]
        buffers = [self.table("Buffer")]
        buffers += [
            self.table(
                "Buffer",
                **({} if d is None else {"Data": self.bytes(d)}),
                **({"Offset": t.offset, "Size": 8} if t.offset else {}),
            )
            for d, t in zip(data, raw.tensors, strict=True)
        ]
        tensors = [self.tensor(t, i + 1) for i, t in enumerate(raw.tensors)]
        codes = [
            self.table(
                "OperatorCode",
                DeprecatedBuiltinCode=min(op.builtin, 127),
                BuiltinCode=op.builtin,
                Version=1,
                **(
                    {}
                    if op.custom_code is None
                    else {"CustomCode": self.builder.CreateString(op.custom_code)}
                ),
            )
            for op in raw.operators
        ]
        operators = [self.operator(op, i) for i, op in enumerate(raw.operators)]
        subgraph = self.table(
            "SubGraph",
            Tensors=self.tables(tensors),
            Inputs=self.vector(raw.inputs, "<i4"),
            Outputs=self.vector(raw.outputs, "<i4"),
            Operators=self.tables(operators),
        )
        root = self.table(
            "Model",
            Version=raw.version,
            OperatorCodes=self.tables(codes),
            Subgraphs=self.tables([subgraph] * raw.subgraphs),
            Buffers=self.tables(buffers),
        )
        self.builder.Finish(root, b"TFL3")
        return bytes(self.builder.Output())

    def tensor(self, tensor: RawTensor, buffer: int) -> int:
        fields: dict[str, int] = {}
        if tensor.scales or tensor.zero_points:
            fields["Quantization"] = self.table(
                "QuantizationParameters",
                Scale=self.vector(tensor.scales, "<f4"),
                ZeroPoint=self.vector(tensor.zero_points, "<i8"),
                QuantizedDimension=tensor.dimension,
            )
        if tensor.sparse:
            fields["Sparsity"] = self.table("SparsityParameters")
        return self.table(
            "Tensor",
            Shape=self.vector(tensor.shape, "<i4"),
            Type=tensor.type,
            Buffer=buffer,
            Name=self.builder.CreateString(tensor.name),
            **fields,
        )

    def operator(self, operator: RawOperator, code: int) -> int:
        fields: dict[str, int] = {}
        if operator.options is not None:
            kind = _options_table(operator.options_type)
            fields["BuiltinOptions"] = self.table(kind, **operator.options)
        if operator.custom_options is not None:
            fields["CustomOptions"] = self.bytes(operator.custom_options)
        return self.table(
            "Operator",
            OpcodeIndex=code,
            Inputs=self.vector(operator.inputs, "<i4"),
            Outputs=self.vector(operator.outputs, "<i4"),
            BuiltinOptionsType=operator.options_type,
            **fields,
        )

    def table(self, name: str, /, **fields: Any) -> int:
        getattr(tflite, f"{name}Start")(self.builder)
        for field_name, value in fields.items():
            getattr(tflite, f"{name}Add{field_name}")(self.builder, value)
        return getattr(tflite, f"{name}End")(self.builder)

    def bytes(self, data: bytes) -> int:
        return self.builder.CreateByteVector(data)

    def vector(self, values: Sequence[float], dtype: str) -> int:
        return self.builder.CreateNumpyVector(np.array(values, dtype))

    def tables(self, tables: Sequence[int]) -> int:
        self.builder.StartVector(4, len(tables), 4)
        for table in reversed(tables):
            self.builder.PrependUOffsetTRelative(table)
        return self.builder.EndVector()


# --- Damage to the bytes ------------------------------------------------------

WORDS = (
    *(0, 1, 2, 3, 4, 5, 7, 8, 255, 256, 65535),
    *(0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 0xFFFFFFFE),
    *(0x7FC00000, 0x7F800000, 0xFF800000, 0x7F7FFFFF, 0x00800000),  # NaN, inf, ...
    *(0x3F800000, 0xBF800000, 0x00000001),  # 1.0, -1.0, the least float
)


def structure_of(data: bytes) -> list[int]:
    """Positions of the bytes that are not inside the contents of a large constant."""
    model = tflite.Model.GetRootAs(data, 0)
    hidden = np.zeros(len(data), bool)
    for index in range(model.BuffersLength()):
        contents = model.Buffers(index).DataAsNumpy()
        if not isinstance(contents, int) and len(contents) > 64:
            start = contents.__array_interface__["data"][0]
            start -= np.frombuffer(data, np.uint8).__array_interface__["data"][0]
            hidden[start + 8 : start + len(contents)] = True
    return np.flatnonzero(~hidden).tolist()


def flipped(data: bytes, seed: int) -> Iterator[bytes]:
    """An endless series of damaged copies: bits, bytes, words, offsets."""
    positions = structure_of(data)
    choose = random.Random(seed)
    while True:
        damaged = bytearray(data)
        for _ in range(choose.choice((1, 1, 1, 2, 3))):
            _damage(damaged, positions, choose)
        yield bytes(damaged)


def _damage(data: bytearray, positions: list[int], choose: random.Random) -> None:
    position, kind = choose.choice(positions), choose.random()
    word = min(position & ~3, len(data) - 4)
    if kind < 0.4:
        data[position] ^= 1 << choose.randrange(8)
    elif kind < 0.6:
        data[position] = choose.choice((0, 1, 2, 127, 128, 255, choose.randrange(256)))
    elif kind < 0.85:
        struct.pack_into("<I", data, word, choose.choice(WORDS))
    elif kind < 0.92:
        struct.pack_into("<i", data, word, choose.randrange(-64, 64))
    elif kind < 0.96:
        other = min(choose.choice(positions) & ~3, len(data) - 4)
        data[word : word + 4] = data[other : other + 4]
    else:
        struct.pack_into("<i", data, word, choose.randrange(-len(data), len(data)))
