"""The families of what a graph can grow by.

Each function adds some operators to a graph, or returns False where they do not fit.
"""

import itertools
import math

from tools.random_graphs.graph import Graph
from tools.random_graphs.samples import Value
from tools.random_graphs.state import MAX_CHANNELS, MAX_SIDE

MAX_BROADCAST_RANK = 4
"""Highest rank that TFLite Micro broadcasts."""


def conv_2d(graph: Graph) -> bool:
    x = graph.pick_image()
    return x is not None and graph.conv_2d(x) is not None


def depthwise_conv_2d(graph: Graph) -> bool:
    x = graph.pick_image()
    return x is not None and graph.depthwise_conv_2d(x) is not None


def average_pool_2d(graph: Graph) -> bool:
    x = graph.pick_image()
    return x is not None and graph.average_pool_2d(x) is not None


def max_pool_2d(graph: Graph) -> bool:
    x = graph.pick_image()
    return x is not None and graph.max_pool_2d(x) is not None


def fully_connected(graph: Graph) -> bool:
    """On all elements; on the rows of a matrix; on the last axis, keeping the rank."""
    x = graph.pick(lambda value: value.size <= 512 or not value.is_image)
    if x is None:
        return False
    per_row = x.size > 512 or graph.chance(0.3)
    keep_num_dims = per_row and graph.chance(0.5)
    return (
        graph.fully_connected(x, per_row=per_row, keep_num_dims=keep_num_dims)
        is not None
    )


def pad(graph: Graph) -> bool:
    x = graph.pick(lambda value: 2 < len(value.shape) < 6)
    return x is not None and graph.pad(x) is not None


def mean(graph: Graph) -> bool:
    """Mostly over rows and columns, sometimes over one axis, or over other ones."""
    x = graph.pick(lambda value: len(value.shape) > 2)
    if x is None:
        return False
    axes = (1, 2) if x.is_image else (1,)
    if graph.chance(0.25):
        axes = (graph.rng.randrange(1, len(x.shape)),)
    elif x.is_image and graph.chance(0.2):
        axes = graph.rng.choice(((2, 1), (1, 3), (2, 3), (1, 2, 3)))
    return graph.mean(x, axes, keep_dims=graph.chance(0.4)) is not None


def pair_of_one_shape(graph: Graph) -> tuple[Value, Value] | None:
    """Two values of one shape, rarely one value twice."""
    a = graph.pick(lambda _: True)
    if a is None:
        return None
    others = [b for b in graph.values if b.shape == a.shape and b is not a]
    if not others or graph.chance(0.1):
        return (a, a) if graph.chance(0.3) else None
    b = graph.rng.choice(others)
    return (a, b) if graph.chance(0.5) else (b, a)


def constant_operand(graph: Graph) -> tuple[Value, Value] | None:
    """A value and a constant: per channel, a scalar, or of the shape of the value."""
    x = graph.pick(lambda value: len(value.shape) <= MAX_BROADCAST_RANK)
    if x is None:
        return None
    ones, channels = (1,) * (len(x.shape) - 1), x.shape[-1]
    shapes: dict[tuple[int, ...], float] = {(*ones, channels): 4, (channels,): 2, (): 2}
    shapes[1,] = 1
    if x.size <= 512:
        shapes[x.shape] = 1
    if x.is_image:
        _, height, width, _ = x.shape
        shapes[1, height, width, 1] = 0.5
        shapes[1, height, 1, 1] = shapes[1, 1, width, 1] = 0.3
    return x, graph.constant(graph.draw(shapes))


def broadcast_operand(graph: Graph) -> tuple[Value, Value] | None:
    """A value and its mean over some axes; rarely two means over different axes."""
    x = graph.pick(lambda value: value.is_image and min(value.shape[1:3]) > 1)
    if x is None or graph.room < 3:
        return None
    axes: dict[tuple[int, ...], float] = {(1, 2): 4, (1,): 1, (2,): 1, (3,): 1}
    a, b = x, graph.mean(x, graph.draw(axes), keep_dims=True)
    if graph.chance(0.2):
        a, b = (
            graph.mean(x, (1,), keep_dims=True),
            graph.mean(x, (2,), keep_dims=True),
        )
    if a is None or b is None:
        return None
    return (a, b) if graph.chance(0.8) else (b, a)


def add_pair(graph: Graph) -> bool:
    pair = pair_of_one_shape(graph)
    return pair is not None and graph.add(*pair) is not None


def add_constant(graph: Graph) -> bool:
    pair = constant_operand(graph)
    if pair is not None and graph.chance(0.15):
        pair = pair[::-1]
    return pair is not None and graph.add(*pair) is not None


def add_broadcast(graph: Graph) -> bool:
    pair = broadcast_operand(graph)
    return pair is not None and graph.add(*pair) is not None


def mul_pair(graph: Graph) -> bool:
    pair = pair_of_one_shape(graph)
    return pair is not None and graph.mul(*pair) is not None


def mul_constant(graph: Graph) -> bool:
    pair = constant_operand(graph)
    if pair is not None and graph.chance(0.15):
        pair = pair[::-1]
    return pair is not None and graph.mul(*pair) is not None


def mul_broadcast(graph: Graph) -> bool:
    pair = broadcast_operand(graph)
    return pair is not None and graph.mul(*pair) is not None


def reshape_chain(graph: Graph) -> bool:
    """One to three reshapes through drawn shapes of rank 1 to 5."""
    x = graph.pick(lambda _: True)
    if x is None:
        return False
    for _ in range(min(graph.room, graph.draw({1: 5, 2: 2, 3: 1}))):
        x = graph.reshape(x, graph.rng.choice(_shapes(x.shape)))
    return True


def _shapes(shape: tuple[int, ...]) -> list[tuple[int, ...]]:
    """Shapes of as many elements, every axis but a flat one of moderate size."""
    size, channels = math.prod(shape), shape[-1]
    sides = [n for n in range(1, MAX_SIDE + 1) if size % n == 0]
    images = [
        (1, height, width, size // (height * width))
        for height, width in itertools.product(sides, sides)
        if size % (height * width) == 0
    ]
    shapes = [image for image in images if image[3] <= MAX_CHANNELS]
    shapes += [(size // channels, channels), (1, size // channels, channels)]
    shapes += [image[1:] for image in shapes[:4] if len(image) == 4]
    shapes += [
        (1, *image[1:3], image[3] // 2, 2)
        for image in shapes[:4]
        if len(image) == 4 and image[3] % 2 == 0
    ]
    if size <= 512:
        shapes += [(1, size), (size,), (1, 1, 1, size)]
    return shapes


def concatenation(graph: Graph) -> bool:
    """Branches of one value with one quantization, joined on some axis."""
    x = graph.pick_image()
    if x is None or graph.room < 3:
        return False
    axis = graph.draw({3: 4, 1: 2, 2: 2})
    stride = graph.draw({(1, 1): 4, (2, 2): 1})
    first = graph.conv_2d(x, stride=stride, padding="SAME")
    if first is None:
        return False
    branches = [first]
    for _ in range(graph.draw({1: 4, 2: 2, 3: 1})):
        branch: Value | None = first
        other = list(stride)
        if axis < 3 and graph.chance(0.3):
            other[axis - 1] = 3
        if graph.room > 1 and graph.chance(0.7):
            branch = graph.conv_2d(
                x,
                channels=None if axis == 3 else first.shape[3],
                stride=(other[0], other[1]),
                padding="SAME",
                activation=graph.draw({"NONE": 2, "RELU": 1}),
                output=first.quant,
            )
        elif graph.room > 1 and graph.chance(0.7):
            branch = graph.max_pool_2d(first, stride=(1, 1), padding="SAME")
        if branch is not None:
            branches.append(branch)
    graph.rng.shuffle(branches)
    return len(branches) > 1 and graph.concatenation(branches, axis) is not None


def concatenation_with_itself(graph: Graph) -> bool:
    """A value beside its pool, its pad or itself, on any axis."""
    x = graph.pick(lambda value: len(value.shape) > 1)
    if x is None or graph.room < 2:
        return False
    axis = graph.rng.randrange(1, len(x.shape))
    other: Value | None = x
    if x.is_image and graph.chance(0.5):
        other = graph.average_pool_2d(x, stride=(1, 1), padding="SAME")
    elif graph.chance(0.5):
        paddings = [(0, 0)] * len(x.shape)
        paddings[axis] = (graph.rng.randint(0, 2), graph.rng.randint(0, 2))
        other = graph.pad(x, paddings)
    return other is not None and graph.concatenation([x, other], axis) is not None


def concatenation_of_vectors(graph: Graph) -> bool:
    x = graph.pick(lambda value: value.size <= 512)
    if x is None or graph.room < 3:
        return False
    first = graph.fully_connected(x)
    second = first and graph.fully_connected(x, activation="NONE", output=first.quant)
    if first is None or second is None:
        return False
    return graph.concatenation([first, second], 1) is not None


def residual(graph: Graph) -> bool:
    x = graph.pick(lambda value: value.is_image and value.shape[3] <= 24)
    if x is None or graph.room < 4:
        return False
    y: Value | None = x
    for _ in range(graph.draw({1: 1, 2: 2})):
        y = y and graph.conv_2d(y, channels=x.shape[3], stride=(1, 1), padding="SAME")
    if y is None:
        return False
    return graph.add(*((y, x) if graph.chance(0.5) else (x, y))) is not None


def inverted_residual(graph: Graph) -> bool:
    x = graph.pick(lambda value: value.is_image and value.shape[3] <= 12)
    if x is None or graph.room < 4:
        return False
    channels = x.shape[3]
    y = graph.conv_2d(
        x, channels=2 * channels, kernel=(1, 1), stride=(1, 1), activation="RELU6"
    )
    side = graph.draw({3: 4, 5: 2, 7: 1})
    y = y and graph.depthwise_conv_2d(
        y, multiplier=1, kernel=(side, side), stride=(1, 1), padding="SAME"
    )
    y = y and graph.conv_2d(
        y, channels=channels, kernel=(1, 1), stride=(1, 1), activation="NONE"
    )
    return y is not None and graph.add(x, y, "NONE") is not None


def fusible_chain(graph: Graph) -> bool:
    """Two to five windows in a row, each the only reader of the one before it.

    Every other pair is one that a compiler may compute as one kernel: a convolution or
    a depthwise one before a depthwise one, a depthwise one before a pointwise one.
    """
    x = graph.pick_image()
    count = graph.draw({2: 4, 3: 3, 4: 2, 5: 1})
    if x is None or graph.room < count:
        return False
    kinds = {"pointwise": 3, "conv": 2, "depthwise": 2}
    y: Value | None = x
    for _ in range(count):
        kind = graph.draw(kinds)
        y = y and _chain_window(graph, y, kind)
        if kind != "depthwise":
            kinds = {"depthwise": 6, "conv": 1}
        else:
            kinds = {"pointwise": 3, "depthwise": 2, "conv": 1}
    return y is not None


def _chain_window(graph: Graph, x: Value, kind: str) -> Value | None:
    """A window of a drawn size and stride, sometimes dilated or behind its own PAD."""
    if kind == "pointwise":
        return graph.conv_2d(x, kernel=(1, 1), stride=(1, 1))
    sizes = {1: 1.0, 2: 1.0, 3: 5.0, 4: 1.0, 5: 2.0, 6: 0.5, 7: 1.5}
    height = graph.draw(sizes)
    kernel = height, graph.draw(sizes) if graph.chance(0.3) else height
    strides = {1: 5.0, 2: 3.0, 3: 1.0}
    down = graph.draw(strides)
    stride = down, graph.draw(strides) if graph.chance(0.2) else down
    dilation = 1, 1
    if stride == (1, 1) and graph.chance(0.2):
        dilation = graph.draw({1: 1, 2: 3, 3: 1}), graph.draw({1: 1, 2: 3, 3: 1})
    padded = graph.pad(x) if graph.chance(0.25) and graph.room > 2 else None
    layer = graph.conv_2d if kind == "conv" else graph.depthwise_conv_2d
    return layer(
        x if padded is None else padded,
        kernel=kernel,
        stride=stride,
        dilation=dilation,
        padding="VALID" if padded is not None else None,
    )


def squeeze_and_excite(graph: Graph) -> bool:
    x = graph.pick(lambda value: value.is_image and 1 < value.shape[3] <= 24)
    if x is None or graph.room < 4 or x.shape[1:3] == (1, 1):
        return False
    channels = x.shape[3]
    y = graph.mean(x, (1, 2), keep_dims=True)
    y = y and graph.conv_2d(
        y, channels=max(2, channels // 2), kernel=(1, 1), stride=(1, 1)
    )
    y = y and graph.conv_2d(
        y, channels=channels, kernel=(1, 1), stride=(1, 1), activation="NONE"
    )
    return y is not None and graph.mul(x, y, "NONE") is not None


def padded_window(graph: Graph) -> bool:
    """A PAD and the operator that it was written for."""
    x = graph.pick_image()
    y = x and graph.room >= 2 and graph.pad(x)
    return bool(y) and _window(graph, y) is not None


def pad_read_twice(graph: Graph) -> bool:
    """One PAD that two windows read, joined where they agree in shape."""
    x = graph.pick_image()
    y = x and graph.room >= 3 and graph.pad(x)
    a = y and _window(graph, y)
    b = y and a and _window(graph, y)
    if not a or not b:
        return False
    return a.shape != b.shape or graph.add(a, b) is not None


def _window(graph: Graph, x: Value) -> Value | None:
    kernel = graph.draw({(3, 3): 4, (2, 2): 1, (5, 3): 1})
    stride = graph.draw({(2, 2): 2, (1, 1): 1})
    kind = graph.draw({"conv": 4, "depthwise": 3, "average": 1, "max": 1})
    if kind == "conv":
        return graph.conv_2d(x, kernel=kernel, stride=stride, padding="VALID")
    if kind == "depthwise":
        return graph.depthwise_conv_2d(x, kernel=kernel, stride=stride, padding="VALID")
    if kind == "average":
        return graph.average_pool_2d(x, kernel=kernel, stride=stride, padding="VALID")
    return graph.max_pool_2d(x, kernel=kernel, stride=stride, padding="VALID")
