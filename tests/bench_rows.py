"""Benches of operators along an axis: sums, places, norms, products of matrices."""

from __future__ import annotations

import numpy as np
from kernel_bench import Bench, Shape

from tools import tflite_rows as rows
from tools.tflite_writer import Quant

IMAGES: tuple[Shape, ...] = ((1, 7, 5, 3), (1, 5, 4, 9), (1, 1, 11, 4))


def places(bench: Bench) -> None:
    """ARG_MAX and ARG_MIN, whose int32 results nothing but an output reads."""
    cases = [((1, 7, 5, 3), axis) for axis in (1, 2, 3, -1)]
    cases += [((4, 3, 5), axis) for axis in (0, 1, 2)] + [((1, 10), 1)]
    for shape, axis in cases:
        x = bench.produced(shape) if bench.rng.random() < 0.7 else bench.input(shape)
        least = bench.rng.random() < 0.4
        bench.writer.output(rows.arg_max(bench.writer, x, axis, least=least))


def norms(bench: Bench) -> None:
    """LOG_SOFTMAX and L2_NORMALIZATION."""
    for shape in (*IMAGES, (6, 7), (9,)):
        bench.case(shape, lambda x: rows.log_softmax(bench.writer, x))
        bench.case(shape, lambda x: rows.l2_normalization(bench.writer, x))


def sums(bench: Bench) -> None:
    """SUM."""
    for axes in ((1, 2), (1,), (2,), (3,), (1, 2, 3), (2, 3)):
        for keep_dims in (False, True):
            shape = bench.draw(IMAGES)

            def build(
                x: int,
                shape: Shape = shape,
                axes: tuple[int, ...] = axes,
                keep_dims: bool = keep_dims,
            ) -> int:
                count = np.prod([shape[axis] for axis in axes])
                scale = bench.writer.quant(x).scale * float(count) ** 0.5
                output = Quant(scale, bench.draw((-9, 0, 14)))
                return rows.sum_over(
                    bench.writer, x, axes, keep_dims=keep_dims, output=output
                )

            bench.case(shape, build)


def products(bench: Bench) -> None:
    """BATCH_MATMUL of two tensors, and of a tensor and a constant."""
    for shapes, adjoint in (
        (((1, 6, 5), (1, 5, 7)), (False, False)),
        (((1, 6, 5), (1, 7, 5)), (False, True)),
        (((1, 3, 6, 5), (1, 3, 4, 5)), (False, True)),
        (((1, 3, 5, 6), (5, 4)), (True, False)),
        (((3, 6, 5), (1, 5, 7)), (False, False)),
    ):

        def build(a: int, b: int, adjoint: tuple[bool, bool] = adjoint) -> int:
            return rows.batch_matmul(
                bench.writer, a, b, *adjoint, output=Quant(0.4, bench.draw((-9, 0, 14)))
            )

        bench.case(shapes, build)

    def by_constant(x: int) -> int:
        constant = bench.writer.constant(bench.bytes((5, 6)), Quant(0.02, -4))
        return rows.batch_matmul(bench.writer, x, constant, output=Quant(0.2, 5))

    bench.case((1, 4, 5), by_constant)


BENCHES = (places, norms, sums, products)
