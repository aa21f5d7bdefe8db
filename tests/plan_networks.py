"""Networks made to be hard to plan, each a function that writes a model."""

from __future__ import annotations

import numpy as np

from tools.tflite_writer import Padding, Quant, TFLiteWriter

QUANT = Quant(0.5, -9)


class Net:
    """A writer with layers of drawn weights; every tensor has one quantization."""

    def __init__(self, height: int = 8, width: int = 3, channels: int = 4) -> None:
        self.writer = TFLiteWriter("net")
        self.random = np.random.default_rng(7)
        self.x = self.input("x", height, width, channels)

    def input(self, name: str, height: int, width: int, channels: int) -> int:
        """One more input."""
        shape = (1, height, width, channels)
        return self.writer.input(
            name, shape=shape, scale=QUANT.scale, zero_point=QUANT.zero_point
        )

    def conv(
        self,
        x: int,
        channels: int,
        kernel: tuple[int, int] = (3, 3),
        stride: tuple[int, int] = (1, 1),
        padding: Padding = "SAME",
    ) -> int:
        """CONV_2D."""
        shape = (channels, *kernel, self.writer.shape(x)[3])
        return self.writer.conv_2d(
            x,
            weights=self.random.integers(-128, 128, shape, np.int8),
            bias=self.random.integers(-900, 900, channels, np.int32),
            weight_scales=[0.005],
            output=QUANT,
            stride=stride,
            padding=padding,
        )

    def point(self, x: int, channels: int) -> int:
        """CONV_2D of 1x1 pixels."""
        return self.conv(x, channels, (1, 1))

    def depthwise(
        self,
        x: int,
        kernel: tuple[int, int] = (3, 3),
        stride: tuple[int, int] = (1, 1),
        padding: Padding = "SAME",
    ) -> int:
        """DEPTHWISE_CONV_2D."""
        channels = self.writer.shape(x)[3]
        return self.writer.depthwise_conv_2d(
            x,
            weights=self.random.integers(-128, 128, (1, *kernel, channels), np.int8),
            bias=self.random.integers(-900, 900, channels, np.int32),
            weight_scales=[0.01],
            output=QUANT,
            stride=stride,
            padding=padding,
        )

    def dense(self, x: int, outputs: int) -> int:
        """FULLY_CONNECTED."""
        size = self.writer.shape(x)[-1]
        return self.writer.fully_connected(
            x,
            weights=self.random.integers(-128, 128, (outputs, size), np.int8),
            bias=self.random.integers(-900, 900, outputs, np.int32),
            weight_scales=[0.005],
            output=QUANT,
        )

    def mean(self, x: int, keep_dims: bool = False) -> int:
        """MEAN over rows and columns."""
        return self.writer.mean(x, (1, 2), keep_dims=keep_dims, output=QUANT)

    def finish(self, *outputs: int) -> bytes:
        """The file of a model with these outputs."""
        self.writer.output(*outputs)
        return self.writer.finish()


def separable_block() -> bytes:
    """Expand, filter, project, and the input added again."""
    net = Net()
    y = net.point(net.depthwise(net.point(net.x, 12)), 4)
    return net.finish(net.writer.add(net.x, y, output=QUANT))


def heads() -> bytes:
    """Outputs from the middle of the network, one of which is read further down."""
    net = Net()
    a = net.conv(net.x, 6)
    b = net.depthwise(a, stride=(2, 2))
    return net.finish(b, net.dense(net.mean(net.point(b, 5)), 3), a)


def skips() -> bytes:
    """A tensor that is read again after three layers, and one after two."""
    net = Net(10)
    a = net.conv(net.x, 4)
    b = net.conv(a, 4)
    c = net.writer.add(net.conv(b, 4), a, output=QUANT)
    d = net.writer.add(net.depthwise(c), b, output=QUANT)
    return net.finish(net.writer.mul(d, a, output=QUANT))


def squeeze_and_excite() -> bytes:
    """Channels scaled by what a mean over all rows says."""
    net = Net(9, 4, 6)
    x = net.depthwise(net.conv(net.x, 8))
    scale = net.point(net.point(net.mean(x, keep_dims=True), 4), 8)
    return net.finish(net.point(net.writer.mul(x, scale, output=QUANT), 5))


def reshapes() -> bytes:
    """Reshapes of the input, of each other, of slices, and into an output."""
    net = Net(6, 4, 2)
    a = net.writer.reshape(net.x, [1, 4, 6, 2])
    b = net.writer.reshape(net.writer.reshape(a, [1, 48]), [1, 8, 2, 3])
    c = net.writer.reshape(net.conv(b, 6), [1, 12, 4, 2])
    d = net.conv(net.x, 2)
    e = net.writer.add(
        net.writer.max_pool_2d(c, filter=(2, 1), stride=(2, 1)), d, output=QUANT
    )
    f = net.writer.reshape(net.depthwise(a), [1, 48])
    return net.finish(net.writer.reshape(e, [1, 3, 4, 4]), net.dense(f, 3))


def shared_reshapes() -> bytes:
    """Two reshapes of one tensor, which something else reads as well."""
    net = Net(6, 4, 2)
    a = net.writer.softmax(net.writer.reshape(net.conv(net.x, 2), [1, 48]))
    b = net.writer.reshape(a, [1, 6, 4, 2])
    c = net.writer.reshape(a, [1, 4, 6, 2])
    y = net.writer.concatenation(
        [net.writer.reshape(net.writer.max_pool_2d(c, filter=(1, 1)), [1, 48]), a],
        axis=1,
    )
    return net.finish(net.conv(b, 3), y)


def unread() -> bytes:
    """Tensors that nobody reads, and a chain of them."""
    net = Net()
    net.conv(net.depthwise(net.x), 3)
    y = net.conv(net.x, 4)
    net.mean(y)
    return net.finish(net.depthwise(y))


def rows_left_out() -> bytes:
    """Windows that skip rows of what is computed, also at both ends."""
    net = Net(17)
    a = net.conv(net.x, 5, stride=(2, 1))
    b = net.depthwise(a, (2, 3))
    c = net.conv(b, 6, (1, 1), (3, 1), "VALID")
    d = net.writer.pad(b, [[0, 0], [2, 3], [1, 0], [0, 0]])
    e = net.writer.max_pool_2d(d, filter=(2, 2), stride=(4, 2))
    return net.finish(c, net.depthwise(e, (1, 1)))


def rows_in_the_padding() -> bytes:
    """Windows that see nothing but padding."""
    net = Net(4)
    a = net.writer.pad(net.x, [[0, 0], [6, 7], [1, 1], [0, 0]])
    b = net.depthwise(net.conv(a, 4, padding="VALID"))
    c = net.writer.pad(b, [[0, 0], [9, 4], [0, 0], [0, 0]])
    return net.finish(net.point(net.depthwise(c, (5, 1), (2, 1), "VALID"), 3))


def same_operands() -> bytes:
    """One tensor as both operands, and tensors of one row or column spread out."""
    net = Net(7)
    a = net.conv(net.x, 4)
    square = net.writer.mul(a, a, output=QUANT)
    rows = net.writer.mean(square, (1,), keep_dims=True, output=QUANT)
    columns = net.writer.mean(a, (2,), keep_dims=True, output=QUANT)
    spread = net.writer.add(rows, columns, output=QUANT)
    return net.finish(net.writer.add(spread, square, output=QUANT))


def stacked() -> bytes:
    """Rows of several tensors on top of each other, one of them twice."""
    net = Net(5)
    a = net.conv(net.x, 4)
    y = net.writer.concatenation([a, net.x, net.depthwise(a), a], axis=1)
    return net.finish(net.conv(y, 3, stride=(2, 1)))


def two_inputs() -> bytes:
    """Two inputs that are read at different speeds, one after the other and at once."""
    net = Net(8)
    other = net.input("other", 16, 3, 4)
    a = net.conv(other, 4, stride=(2, 1))
    b = net.writer.add(net.x, a, output=QUANT)
    c = net.writer.max_pool_2d(other, filter=(2, 1), stride=(2, 1))
    return net.finish(net.conv(net.writer.mul(c, b, output=QUANT), 2))


def constants() -> bytes:
    """Constant operands, of one value, of one row and of all rows."""
    net = Net(6)
    random = net.random
    x = net.conv(net.x, 4)
    for shape in ((), (4,), (1, 6, 3, 4)):
        data = random.integers(-128, 128, shape, np.int8)
        x = net.writer.add(x, net.writer.constant(data, Quant(0.2, 3)), output=QUANT)
    return net.finish(net.depthwise(x))


def classifier() -> bytes:
    """Reductions of every kind that can consume rows."""
    net = Net(9, 5, 3)
    a = net.depthwise(net.conv(net.x, 6), stride=(2, 1))
    b = net.writer.average_pool_2d(a, filter=(5, 5))
    c = net.mean(a)
    size = 5 * 5 * 6
    flat = net.writer.reshape(net.point(a, 6), [1, 1, size])
    d = net.dense(net.writer.reshape(flat, [1, size]), 6)
    return net.finish(net.writer.add(c, d, output=QUANT), b)


def copies() -> bytes:
    """Outputs that are inputs, or the same tensor twice, so that rows are copied."""
    net = Net(6)
    y = net.conv(net.x, 4)
    z = net.depthwise(net.writer.reshape(y, [1, 3, 6, 4]))
    return net.finish(y, net.x, z, y)


NETWORKS = (
    separable_block,
    heads,
    skips,
    squeeze_and_excite,
    reshapes,
    shared_reshapes,
    unread,
    rows_left_out,
    rows_in_the_padding,
    same_operands,
    stacked,
    two_inputs,
    constants,
    classifier,
    copies,
)
