"""Networks of a convolution and another after it, with windows of every kind."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from xdsl.dialects.builtin import FunctionType, IntegerAttr, ModuleOp, i64
from xdsl.dialects.func import FuncOp, ReturnOp
from xdsl.ir import Block, Region, SSAValue

from tinyts_dialect.attributes import Clamp, ClampAttr, Quant, WindowAttr
from tinyts_dialect.interfaces import TensorOp
from tinyts_dialect.ops.conv_2d import Conv2DOp
from tinyts_dialect.ops.depthwise_conv_2d import DepthwiseConv2DOp
from tinyts_dialect.ops.structure import ConstantOp
from tinyts_dialect.tensors import activation_type, dense, shape_of
from tinyts_dialect.windows import Pads, Window


@dataclass
class Network:
    """A function of one input that grows op by op; layers are numbered from 1."""

    random: np.random.Generator
    input: tuple[int, int, int]

    def __post_init__(self) -> None:
        type_ = activation_type((1, *self.input), Quant(0.5, -3))
        self.block = Block(arg_types=[type_])
        self.value: SSAValue = self.block.args[0]
        self.layers = 0

    def convolution(self, window: Window, outputs: int) -> TensorOp:
        """A convolution over the value so far."""
        shape = (outputs, *window.kernel, shape_of(self.value)[3])
        return self._window(Conv2DOp, window, shape, outputs)

    def depthwise(self, window: Window, multiplier: int = 1) -> TensorOp:
        """A depthwise convolution over the value so far."""
        outputs = shape_of(self.value)[3] * multiplier
        return self._window(
            DepthwiseConv2DOp, window, (1, *window.kernel, outputs), outputs
        )

    def _window(
        self, kind: type[TensorOp], window: Window, shape: tuple[int, ...], outputs: int
    ) -> TensorOp:
        random = self.random
        weights = ConstantOp(dense(random.integers(-128, 128, shape, np.int8)))
        bias = ConstantOp(dense(random.integers(-900, 900, outputs, np.int32)))
        _, height, width, _ = shape_of(self.value)
        size = (window.output_size(0, height), window.output_size(1, width))
        scales = random.uniform(0.001, 0.01, outputs).astype(np.float32)
        quant = Quant(0.5, int(random.integers(-128, 20)))
        self.layers += 1
        op = kind.build(
            operands=[self.value, weights.result, bias.result],
            result_types=[activation_type((1, *size, outputs), quant)],
            properties={
                "window": WindowAttr(window),
                "clamp": ClampAttr(Clamp(int(random.integers(-128, -90)), 120)),
                "weight_scales": dense(scales),
                "layer": IntegerAttr(self.layers, i64),
            },
        )
        self.add(weights, bias, op)
        return op

    def add(self, *operations: ConstantOp | TensorOp) -> None:
        """Appends operations; the last one's result is the value that follows."""
        self.block.add_ops(operations)
        self.value = operations[-1].results[0]

    def module(self) -> ModuleOp:
        """The function that returns the value, verified."""
        self.block.add_op(ReturnOp(self.value))
        kind = FunctionType.from_lists([self.block.args[0].type], [self.value.type])
        function = FuncOp("network", kind, Region(self.block))
        module = ModuleOp([function])
        module.verify()
        return module


def random_window(random: np.random.Generator, height: int, width: int) -> Window:
    """A window that fits; now and then it reaches far into its padding."""
    while True:
        kernel = (int(random.integers(1, 8)), int(random.integers(1, 4)))
        most = kernel[0] + 1 if random.random() < 0.2 else (kernel[0] + 1) // 2
        pads = Pads(*(int(random.integers(0, n + 1)) for n in (most, most, 1, 1)))
        stride = (int(random.integers(1, 4)), int(random.integers(1, 3)))
        dilation = (int(random.choice([1, 1, 2])), 1)
        window = Window(kernel, stride, pads, dilation)
        if window.output_size(0, height) > 0 and window.output_size(1, width) > 0:
            return window


def random_pair(seed: int, kind: str = "rows") -> ModuleOp:
    """Two convolutions to be fused, and one after them that may leave rows out.

    In a block there are three.
    """
    random = np.random.default_rng(seed)
    size = (int(random.integers(1, 14)), int(random.integers(1, 6)))
    network = Network(random, (*size, int(random.integers(1, 4))))
    window = random_window(random, *shape_of(network.value)[1:3])
    if kind == "pixels" or random.random() < 0.4:
        producer = network.depthwise(window, int(random.integers(1, 3)))
    else:
        producer = network.convolution(window, int(random.integers(1, 7)))
    producer.attributes["group"] = IntegerAttr(int(random.integers(1, 5)), i64)
    if kind == "pixels":
        network.convolution(Window((1, 1)), int(random.integers(1, 7)))
    else:
        window = random_window(random, *shape_of(network.value)[1:3])
        network.depthwise(window, int(random.integers(1, 3)))
        if random.random() < 0.3:
            keep = int(random.integers(0, 4))
            producer.attributes["keep"] = IntegerAttr(keep, i64)
    if kind == "block":
        network.convolution(Window((1, 1)), int(random.integers(1, 7)))
    stride = int(random.integers(1, 4))
    network.convolution(Window((1, 1), (stride, 1)), 2)
    return network.module()


