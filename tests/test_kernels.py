"""Every kernel against TFLite Micro, through the whole pipeline, with sanitizers.

The model of each test is a `kernel_bench.Bench` of one operator; see there.
"""

from collections.abc import Callable
from functools import cache
from pathlib import Path

import bench_rows
import bench_views
import pytest
from kernel_bench import (
    ACTIVATIONS,
    SPREAD,
    Bench,
    Pair,
    Reference,
    Shape,
    differences,
    reference,
    sample,
)

from tools.options import resolve
from tools.tflite_writer import Padding, Quant

IMAGES: tuple[Shape, ...] = ((1, 7, 5, 3), (1, 8, 6, 4), (1, 5, 9, 1), (1, 6, 4, 6))
ROW, COLUMN, PIXEL = (1, 1, 11, 3), (1, 13, 1, 2), (1, 1, 1, 5)
KERNELS: tuple[Pair, ...] = ((1, 1), (3, 3), (2, 2), (5, 3), (1, 4), (4, 1), (3, 2))
STRIDES: tuple[Pair, ...] = ((1, 1), (2, 2), (1, 2), (3, 1), (2, 3))
PADDINGS: tuple[Padding, ...] = ("SAME", "VALID")

OPTIONS = {
    "whole": resolve(optimize="none"),
    "height-1-df": resolve(split_height=1, output="arena", alignment=1),
    "height-2-bf": resolve(split_height=2, exec_order="bf", input="arena"),
    "height-3-df": resolve(split_height=3, output="arena", alignment=16),
}

QUICK = "height-2-bf"
"""The options of the quick suite: slices of two rows, the frame in the arena."""


def conv_2d(bench: Bench) -> None:
    def add(shape: Shape, kernel: Pair, channels: int, **attributes: object) -> None:
        def build(x: int) -> int:
            weights = (channels, *kernel, shape[3])
            fan_in = kernel[0] * kernel[1] * shape[3]
            drawn = bench.weighted(x, weights, 0, fan_in)
            return bench.writer.conv_2d(x, **drawn, **attributes)

        bench.case(shape, build)

    for shape, kernel, stride, padding in sample(
        bench, 16, IMAGES, KERNELS, STRIDES, PADDINGS
    ):
        channels = bench.draw((1, 2, 3, 4, 5, 8, 9))
        add(shape, kernel, channels, stride=stride, padding=padding)
    for dilation in ((2, 2), (3, 1), (1, 2)):
        add((1, 9, 8, 3), (3, 3), 5, dilation=dilation, padding="SAME")
        add((1, 9, 8, 3), (3, 2), 4, dilation=dilation, padding="VALID")
    add((1, 9, 8, 2), (3, 3), 3, dilation=(2, 2), stride=(2, 2), padding="SAME")
    add((1, 3, 2, 3), (5, 5), 4, padding="SAME")
    add((1, 9, 10, 3), (7, 7), 4, stride=(2, 2), padding="SAME")
    add((1, 12, 9, 1), (10, 8), 5, stride=(1, 2), padding="SAME")
    add(ROW, (1, 5), 6, stride=(1, 2), padding="SAME")
    add(COLUMN, (5, 1), 6, stride=(2, 1), padding="SAME")
    add(COLUMN, (9, 1), 2, padding="VALID")
    add(PIXEL, (1, 1), 7, padding="SAME")


def depthwise_conv_2d(bench: Bench) -> None:
    def add(shape: Shape, kernel: Pair, multiplier: int, **attributes: object) -> None:
        def build(x: int) -> int:
            weights = (1, *kernel, shape[3] * multiplier)
            drawn = bench.weighted(x, weights, 3, kernel[0] * kernel[1])
            return bench.writer.depthwise_conv_2d(x, **drawn, **attributes)

        bench.case(shape, build)

    for shape, kernel, stride, padding in sample(
        bench, 12, IMAGES, KERNELS, STRIDES, PADDINGS
    ):
        add(shape, kernel, bench.draw((1, 2, 3)), stride=stride, padding=padding)
    for multiplier in (1, 2, 3, 8):
        add((1, 6, 5, 1), (3, 3), multiplier, padding="SAME")
        add((1, 6, 5, 5), (3, 3), multiplier, stride=(2, 2), padding="SAME")
    for dilation in ((2, 2), (3, 1), (1, 2)):
        add((1, 9, 8, 5), (3, 3), 1, dilation=dilation, padding="SAME")
        add((1, 9, 8, 4), (3, 2), 2, dilation=dilation, padding="VALID")
    add(ROW, (1, 5), 2, stride=(1, 2), padding="SAME")
    add(COLUMN, (9, 1), 1, padding="SAME")
    add((1, 29, 1, 4), (17, 1), 1, padding="SAME")
    add((1, 29, 1, 8), (18, 1), 1, stride=(2, 1), padding="VALID")
    add(PIXEL, (1, 1), 3, padding="SAME")


def fully_connected(bench: Bench) -> None:
    def add(shape: Shape, depth: int, units: int, keep_num_dims: bool = False) -> None:
        def build(x: int) -> int:
            drawn = bench.weighted(x, (units, depth), 0, depth)
            return bench.writer.fully_connected(x, **drawn, keep_num_dims=keep_num_dims)

        bench.case(shape, build)

    for units in (1, 3, 4, 7, 8):
        add((1, 13), 13, units)
        add((1, 5, 4, 3), 60, units)
    for shape in ((6, 9), (2, 3, 5), (1, 4, 2, 6), (7,)):
        for _ in range(2):
            add(shape, shape[-1], bench.draw((2, 5, 8)))
            add(shape, shape[-1], bench.draw((2, 5, 8)), keep_num_dims=len(shape) > 1)
    add((4, 3, 2), 6, 5)


def pool(bench: Bench, name: str) -> None:
    def add(shape: Shape, filter: Pair, stride: Pair, padding: str) -> None:
        activation = bench.draw(ACTIVATIONS)

        def build(x: int) -> int:
            return getattr(bench.writer, name)(
                x, filter=filter, stride=stride, padding=padding, activation=activation
            )

        bench.case(shape, build)

    for case in sample(bench, 16, IMAGES, KERNELS, STRIDES, PADDINGS):
        add(*case)
    add((1, 7, 6, 5), (7, 6), (7, 6), "VALID")
    add((1, 3, 2, 5), (5, 5), (1, 1), "SAME")
    add(ROW, (1, 3), (1, 2), "SAME")
    add(COLUMN, (3, 1), (2, 1), "VALID")
    add(PIXEL, (1, 1), (1, 1), "VALID")


def average_pool_2d(bench: Bench) -> None:
    pool(bench, "average_pool_2d")


def max_pool_2d(bench: Bench) -> None:
    pool(bench, "max_pool_2d")


BROADCASTS: tuple[tuple[Shape, Shape], ...] = (
    ((1, 5, 4, 3), (1, 5, 4, 3)),
    ((1, 5, 4, 3), (1, 1, 1, 3)),
    ((1, 5, 4, 3), (1, 5, 4, 1)),
    ((1, 5, 4, 3), (1, 5, 1, 3)),
    ((1, 5, 4, 3), (1, 1, 4, 3)),
    ((1, 5, 4, 3), (1, 1, 1, 1)),
    ((1, 5, 4, 1), (1, 1, 1, 6)),
    ((1, 5, 1, 3), (1, 1, 4, 3)),
    ((1, 6, 1, 1), (1, 1, 3, 4)),
    ((1, 5, 4, 3), (3,)),
    ((1, 5, 4, 3), (1,)),
    ((1, 5, 4, 3), (4, 3)),
    ((7, 5), (7, 5)),
    ((7, 5), (5,)),
    ((3, 7, 5), (7, 1)),
    ((9,), (9,)),
)


def elementwise(bench: Bench, name: str) -> None:
    def compute(a: int, b: int) -> int:
        scales = [bench.writer.quant(tensor).scale for tensor in (a, b)]
        scale = scales[0] * scales[1] * SPREAD if name == "mul" else max(scales)
        if name == "div":
            ratio = scales[0] / scales[1]
            output = Quant(ratio / 20, bench.draw((-9, 0, 11)))
            options = {"fused_activation_function": 0}
            return bench.writer.binary("DIV", a, b, output=output, options=options)
        if name == "squared_difference":
            output = Quant(scale * scale * 40, bench.draw((-128, -100)))
            return bench.writer.binary(name.upper(), a, b, output=output)
        if name not in ("add", "mul", "sub"):
            output = bench.near(Quant(scales[0], bench.writer.quant(a).zero_point))
            return bench.writer.binary(name.upper(), a, b, output=output)
        activation = bench.draw(ACTIVATIONS)
        output = bench.quant(activation, scale)
        if name == "sub":  # differences spread wider than sums of these inputs
            activation = bench.draw(("NONE", "RELU6"))
            output = Quant(2 * scale, bench.draw((-9, 0, 11)))
        return getattr(bench.writer, name)(a, b, output=output, activation=activation)

    def with_constant(shape: Shape, first: bool) -> Callable[[int], int]:
        def build(x: int) -> int:
            constant = bench.writer.constant(bench.bytes(shape), bench.quant())
            return compute(constant, x) if first else compute(x, constant)

        return build

    for a, b in BROADCASTS:
        bench.case((a, b) if bench.rng.random() < 0.6 else (b, a), compute)
        bench.case(a, with_constant(b, bench.rng.random() < 0.3))
    bench.case((1, 5, 4, 3), with_constant((), False))
    if name not in ("sub", "squared_difference", "div"):
        bench.case((1, 5, 4, 3), lambda x: compute(x, x))


def add(bench: Bench) -> None:
    elementwise(bench, "add")


def mul(bench: Bench) -> None:
    elementwise(bench, "mul")


def sub(bench: Bench) -> None:
    elementwise(bench, "sub")


def div(bench: Bench) -> None:
    elementwise(bench, "div")


def squared_difference(bench: Bench) -> None:
    elementwise(bench, "squared_difference")


def minimum(bench: Bench) -> None:
    elementwise(bench, "minimum")


def maximum(bench: Bench) -> None:
    elementwise(bench, "maximum")


def prelu(bench: Bench) -> None:
    elementwise(bench, "prelu")


def transpose_conv(bench: Bench) -> None:
    for kernel, stride, padding in sample(
        bench, 10, KERNELS[1:], STRIDES, PADDINGS
    ):
        shape, channels = (1, 4, 5, bench.draw((1, 3, 4))), bench.draw((1, 2, 5))

        def build(
            x: int,
            shape: Shape = (channels, *kernel, shape[3]),
            stride: Pair = stride,
            padding: Padding = padding,
        ) -> int:
            drawn = bench.weighted(x, shape, 0, shape[1] * shape[2] * shape[3])
            return bench.writer.transpose_conv(
                x, **drawn, stride=stride, padding=padding
            )

        bench.case(shape, build)


def table(bench: Bench) -> None:
    fixed = {"LOGISTIC": Quant(1 / 256, -128), "TANH": Quant(1 / 128, 0)}
    for builtin in ("RELU", "RELU6", "LOGISTIC", "TANH", "HARD_SWISH", "QUANTIZE"):

        def build(x: int, builtin: str = builtin) -> int:
            output = fixed.get(builtin) or bench.near(bench.writer.quant(x))
            return bench.writer.unary(builtin, x, output=output)

        bench.case(bench.draw(IMAGES), build)
    bench.case(
        (4, 3, 5), lambda x: bench.writer.unary("LEAKY_RELU", x, options={"alpha": 0.3})
    )


def pad(bench: Bench) -> None:
    rank_4 = (
        ((1, 1), (1, 1), (0, 0)),
        ((0, 1), (0, 1), (0, 0)),
        ((3, 0), (0, 2), (0, 0)),
        ((0, 4), (5, 0), (0, 0)),
        ((0, 0), (0, 0), (2, 3)),
        ((1, 2), (3, 1), (1, 0)),
        ((0, 0), (0, 0), (0, 0)),
    )
    for shape in IMAGES[:2]:
        for paddings in rank_4:
            bench.case(shape, lambda x, p=paddings: bench.writer.pad(x, [(0, 0), *p]))
    for shape in ((4, 3, 5), (6, 2), (7,)):
        for _ in range(3):
            paddings = bench.rng.integers(0, 4, (len(shape), 2))
            bench.case(shape, lambda x, p=paddings: bench.writer.pad(x, p))


def reshape(bench: Bench) -> None:
    shapes: tuple[Shape, ...] = (
        (1, 6, 4, 2),
        (1, 4, 6, 2),
        (1, 48),
        (48,),
        (1, 3, 16, 1),
        (2, 3, 8),
        (1, 1, 1, 48),
        (12, 4),
        (1, 48, 1, 1),
    )
    for before, after in sample(bench, 30, shapes, shapes):
        quant = bench.quant() if bench.rng.random() < 0.2 else None
        bench.case(
            before, lambda x, s=after, q=quant: bench.writer.reshape(x, s, output=q)
        )
    bench.case(
        (1, 6, 4, 2),
        lambda x: bench.writer.reshape(bench.writer.reshape(x, (8, -1)), (1, 2, 24)),
    )


def softmax(bench: Bench) -> None:
    for shape in ((1, 10), (1, 4, 3, 5), (7, 6), (1, 1, 1, 2), (3, 2, 4), (9,)):
        for beta in (1.0, 0.3, 4.0):
            bench.case(shape, lambda x, b=beta: bench.writer.softmax(x, beta=b))


def mean(bench: Bench) -> None:
    def add(shape: Shape, axes: tuple[int, ...], keep_dims: bool) -> None:
        def build(x: int) -> int:
            output = None
            if bench.rng.random() < 0.7:
                output = bench.near(bench.writer.quant(x))
            return bench.writer.mean(x, axes, keep_dims=keep_dims, output=output)

        bench.case(shape, build)

    for axes in ((1, 2), (1,), (2,), (3,), (1, 3), (2, 3), (1, 2, 3), (2, 1), (-1,)):
        for keep_dims in (False, True):
            add(bench.draw(IMAGES), axes, keep_dims)
    for axes in ((0,), (1,), (2,), (0, 1), (1, 2)):
        add((4, 3, 5), axes, bench.rng.random() < 0.5)
    for axes in ((0,), (1,), (0, 1)):
        add((6, 7), axes, bench.rng.random() < 0.5)
    add((1, 16, 16, 2), (1, 2), False)


def concatenation(bench: Bench) -> None:
    def same_quant(tensor: int) -> int:
        """The bytes of a tensor under one common quantization."""
        shape = bench.writer.shape(tensor)
        return bench.writer.reshape(tensor, shape, output=Quant(0.05, 3))

    def join(axis: int) -> Callable[..., int]:
        def build(*tensors: int) -> int:
            parts = [same_quant(tensor) for tensor in tensors]
            return bench.writer.concatenation(parts, axis=axis)

        return build

    for base in ((1, 5, 4, 3), (1, 7, 2, 4), (3, 4, 2), (5, 6)):
        rank = len(base)
        for axis in range(1 if rank == 4 else 0, rank):
            for count in (2, 4):
                sizes = [base[axis], *bench.rng.integers(1, 6, count - 1).tolist()]
                shapes = [(*base[:axis], n, *base[axis + 1 :]) for n in sizes]
                bench.case(shapes, join(bench.draw((axis, axis - rank))))
            bench.case(base, lambda x, a=axis: join(a)(x, x))

    def beside_constant(x: int) -> int:
        constant = bench.writer.constant(bench.bytes((1, 5, 4, 2)), Quant(0.05, 3))
        return bench.writer.concatenation([same_quant(x), constant], axis=3)

    bench.case((1, 5, 4, 3), beside_constant)


BENCHES = (
    conv_2d,
    depthwise_conv_2d,
    fully_connected,
    average_pool_2d,
    max_pool_2d,
    add,
    mul,
    sub,
    div,
    squared_difference,
    minimum,
    maximum,
    prelu,
    transpose_conv,
    table,
    pad,
    reshape,
    softmax,
    mean,
    concatenation,
    *bench_rows.BENCHES,
    *bench_views.BENCHES,
)


@pytest.fixture(scope="module")
def references(tmp_path_factory: pytest.TempPathFactory) -> Callable[[int], Reference]:
    """The model of a bench, by its position, with the oracle's tensors."""
    folder = tmp_path_factory.mktemp("benches")

    @cache
    def of(index: int) -> Reference:
        bench = Bench(index)
        BENCHES[index](bench)
        return reference(bench, folder / f"{BENCHES[index].__name__}.tflite")

    return of


@pytest.mark.parametrize(
    "options",
    [
        pytest.param(name, marks=[] if name == QUICK else [pytest.mark.slow])
        for name in OPTIONS
    ],
)
@pytest.mark.parametrize(
    "index", range(len(BENCHES)), ids=[bench.__name__ for bench in BENCHES]
)
def test_kernel(
    index: int,
    options: str,
    references: Callable[[int], Reference],
    tmp_path: Path,
    object_cache: Path,
) -> None:
    against = references(index)
    assert not differences(against, OPTIONS[options], tmp_path, object_cache)
