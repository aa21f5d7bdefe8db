"""SPACE_TO_BATCH_ND, a convolution, BATCH_TO_SPACE_ND: one dilated convolution."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from support_unit import case, function_of, interpreted, tflm_outputs

from tinyts_dialect.ops.conv_2d import Conv2DOp
from tinyts_dialect.ops.depthwise_conv_2d import DepthwiseConv2DOp
from tools.import_tflite import import_tflite
from tools.tflite_file import TFLiteError
from tools.tflite_writer import Quant, TFLiteWriter

QUANT, OTHER = Quant(0.1, 3), Quant(0.2, 3)
Pairs = Sequence[tuple[int, int]]


class Spread:
    """A model of one input, whose parts are the operators of a spread convolution."""

    def __init__(self, *shape: int, zero_point: int = 3) -> None:
        self.writer = TFLiteWriter()
        self.random = np.random.default_rng(shape)
        self.quant = Quant(0.1, zero_point)
        self.x = self.writer.input("x", shape=shape, scale=0.1, zero_point=zero_point)

    def move(
        self,
        builtin: str,
        x: int,
        blocks: Sequence[int],
        edges: Pairs,
        quant: Quant = QUANT,
    ) -> int:
        """SPACE_TO_BATCH_ND with paddings or BATCH_TO_SPACE_ND with crops."""
        batch, *sizes, channels = self.writer.shape(x)
        count = int(np.prod(blocks))
        if builtin == "SPACE_TO_BATCH_ND":
            sizes = [
                (n + sum(e)) // b for n, b, e in zip(sizes, blocks, edges, strict=True)
            ]
            batch *= count
        else:
            sizes = [
                n * b - sum(e) for n, b, e in zip(sizes, blocks, edges, strict=True)
            ]
            batch //= count
        constant = self.writer.constant
        tables = [constant(np.array(table, np.int32)) for table in (blocks, edges)]
        y = self.writer.activation(builtin.lower(), (batch, *sizes, channels), quant)
        self.writer.operator(builtin, (x, *tables), (y,))
        return y

    def spread(self, x: int, blocks: Sequence[int], pads: Pairs) -> int:
        return self.move("SPACE_TO_BATCH_ND", x, blocks, pads, self.quant)

    def gather(
        self, x: int, blocks: Sequence[int], crops: Pairs, quant: Quant = QUANT
    ) -> int:
        return self.move("BATCH_TO_SPACE_ND", x, blocks, crops, quant)

    def convolve(
        self, x: int, kernel: tuple[int, int], stride: tuple[int, int] = (1, 1)
    ) -> int:
        shape = (4, *kernel, self.writer.shape(x)[3])
        return self.writer.conv_2d(
            x,
            weights=self.random.integers(-127, 128, shape, np.int8),
            bias=self.random.integers(-500, 500, 4, np.int32),
            weight_scales=[0.004],
            output=QUANT,
            stride=stride,
            padding="VALID",
            activation="RELU",
        )

    def filter(self, x: int) -> int:
        shape = (1, 3, 3, self.writer.shape(x)[3])
        return self.writer.depthwise_conv_2d(
            x,
            weights=self.random.integers(-127, 128, shape, np.int8),
            bias=self.random.integers(-500, 500, shape[3], np.int32),
            weight_scales=[0.01],
            output=QUANT,
            padding="VALID",
        )


def image() -> Spread:
    net = Spread(1, 7, 10, 3)
    x = net.spread(net.x, (2, 3), ((2, 3), (3, 5)))
    net.writer.output(net.gather(net.convolve(x, (3, 3)), (2, 3), ((0, 1), (0, 2))))
    return net


def depthwise() -> Spread:
    net = Spread(1, 6, 8, 5, zero_point=0)
    x = net.spread(net.x, (2, 2), ((2, 2), (2, 2)))
    net.writer.output(net.gather(net.filter(x), (2, 2), ((0, 0), (0, 0))))
    return net


def sequences() -> Spread:
    """Two branches of a sequence; both read what was spread once."""
    net = Spread(1, 10, 3)
    writer = net.writer
    x = writer.reshape(net.spread(net.x, (4,), ((4, 2),)), (4, 1, 4, 3))
    branches = [
        net.gather(writer.reshape(net.convolve(x, (1, 2)), (4, 3, 4)), (4,), ((0, 2),))
        for _ in range(2)
    ]
    writer.output(writer.mul(*branches, output=Quant(0.02)))
    return net


def test_against_tflite_micro() -> None:
    nets = (image(), depthwise(), sequences())
    cases = [case(f"net {i}", net.writer) for i, net in enumerate(nets)]
    for item, (expected,) in zip(cases, tflm_outputs(cases), strict=True):
        (found,) = interpreted(item.module, item.inputs)
        np.testing.assert_array_equal(found, expected, item.name)


@pytest.mark.parametrize(
    ("make", "dilation"),
    [(image, (2, 3)), (depthwise, (2, 2)), (sequences, (4, 1))],
)
def test_the_convolution_has_the_dilation(
    make: type[Spread], dilation: tuple[int, int]
) -> None:
    operations = function_of(import_tflite(make().writer.finish())).body.block.ops
    convolutions = [
        op for op in operations if isinstance(op, Conv2DOp | DepthwiseConv2DOp)
    ]
    assert {op.window.data.dilation for op in convolutions} == {dilation}


def read_elsewhere() -> Spread:
    net = Spread(1, 8, 8, 3)
    x = net.spread(net.x, (2, 2), ((2, 2), (2, 2)))
    y = net.gather(net.convolve(x, (3, 3)), (2, 2), ((0, 0), (0, 0)))
    net.writer.output(y, x)
    return net


def with_stride() -> Spread:
    net = Spread(1, 8, 8, 3)
    x = net.convolve(net.spread(net.x, (2, 2), ((2, 2), (2, 2))), (3, 3), (2, 2))
    net.writer.output(net.gather(x, (2, 2), ((0, 0), (0, 0))))
    return net


def other_blocks() -> Spread:
    net = Spread(1, 8, 8, 3)
    x = net.convolve(net.spread(net.x, (2, 2), ((2, 2), (2, 2))), (3, 3))
    net.writer.output(net.gather(x, (4, 1), ((0, 0), (0, 0))))
    return net


def cropped() -> Spread:
    net = Spread(1, 8, 8, 3)
    x = net.convolve(net.spread(net.x, (2, 2), ((0, 0), (0, 0))), (3, 3))
    net.writer.output(net.gather(x, (2, 2), ((1, 0), (0, 0))))
    return net


def other_numbers() -> Spread:
    net = Spread(1, 8, 8, 3)
    x = net.convolve(net.spread(net.x, (2, 2), ((2, 2), (2, 2))), (3, 3))
    net.writer.output(net.gather(x, (2, 2), ((0, 0), (0, 0)), OTHER))
    return net


def pooled() -> Spread:
    net = Spread(1, 8, 8, 3)
    x = net.spread(net.x, (2, 2), ((2, 2), (2, 2)))
    x = net.writer.max_pool_2d(x, filter=(3, 3), stride=(1, 1), padding="VALID")
    net.writer.output(net.gather(x, (2, 2), ((0, 0), (0, 0))))
    return net


@pytest.mark.parametrize(
    "make",
    [read_elsewhere, with_stride, other_blocks, cropped, other_numbers, pooled],
)
def test_what_stays_as_it_is(make: type[Spread]) -> None:
    with pytest.raises(TFLiteError, match="SPACE_TO_BATCH_ND"):
        import_tflite(make().writer.finish())
