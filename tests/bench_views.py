"""Benches of operators that move data."""

from __future__ import annotations

import numpy as np
from kernel_bench import Bench

from tools import tflite_views as views

IMAGES = ((1, 6, 5, 4), (1, 5, 7, 3), (1, 9, 4, 6))


def slices(bench: Bench) -> None:
    """STRIDED_SLICE, SPLIT, SPLIT_V, UNPACK."""
    bounds = (
        ((0, 1, 0, 1), (1, 5, 5, 3), (1, 1, 1, 1), {}),
        ((0, -4, 2, 0), (1, 6, -1, 2), (1, 1, 1, 1), {"begin_mask": 1}),
        ((0, 0, 0, 2), (0, 0, 0, 0), (1, 1, 1, 1), {"end_mask": 15}),
        ((0, 1, 0, 0), (1, 6, 5, 4), (1, 2, 3, 2), {}),
        ((0, 0, 1, 0), (1, 5, 4, 3), (1, 3, 1, 1), {"end_mask": 2}),
        ((0, 2, 0, 0), (1, 3, 5, 4), (1, 1, 2, 1), {"shrink_axis_mask": 2}),
    )
    for begins, ends, strides, masks in bounds:
        bench.case(
            IMAGES[0],
            lambda x, b=begins, e=ends, s=strides, m=masks: views.strided_slice(
                bench.writer, x, b, e, s, **m
            ),
        )
    bench.case(
        (1, 8, 3),
        lambda x: views.strided_slice(bench.writer, x, (0, 2, 1), (1, 8, 3), (1, 2, 1)),
    )
    for axis in (1, 2, 3, -1):
        bench.case(
            (1, 6, 4, 8),
            lambda x, a=axis: part(bench, views.split(bench.writer, x, 2, a)),
        )
        bench.case(
            IMAGES[2],
            lambda x, a=axis: part(bench, views.split_v(bench.writer, x, (1, -1), a)),
        )
        bench.case(
            (1, 4, 3, 5),
            lambda x, a=axis: part(bench, views.unpack(bench.writer, x, a)),
        )


def part(bench: Bench, parts: list[int]) -> int:
    """The last of several outputs; the others are outputs of the model."""
    bench.writer.output(*parts[:-1])
    return parts[-1]


def joints_and_transposes(bench: Bench) -> None:
    """PACK, CONCATENATION of rank 5, TRANSPOSE."""
    for axis in (1, 2, 3, -1):
        bench.case(
            (1, 4, 3), lambda x, a=axis: views.pack(bench.writer, [x, x, x], a)
        )
    for axis in (1, 2, 3, 4):
        bench.case(
            (1, 3, 2, 4, 5),
            lambda x, a=axis: bench.writer.concatenation([x, x], axis=a),
        )
    perms = ((0, 2, 1, 3), (0, 2, 3, 1), (0, 3, 1, 2), (0, 1, 3, 2), (0, 3, 2, 1))
    for perm in perms:
        for shape in IMAGES[:2]:
            bench.case(
                shape, lambda x, p=perm: views.transpose(bench.writer, x, p)
            )
    for shape, perm in (
        ((1, 3, 2, 4, 5), (0, 4, 1, 2, 3)),
        ((1, 3, 2, 4, 5), (0, 2, 4, 1, 3)),
        ((4, 3, 5), (2, 0, 1)),
        ((6, 5), (1, 0)),
    ):
        bench.case(shape, lambda x, p=perm: views.transpose(bench.writer, x, p))


def resizes_and_pads(bench: Bench) -> None:
    """Both resizes, twice as large and other sizes, all ways to place pixels; PADV2."""
    for bilinear in (False, True):
        for mode in ({}, {"align_corners": True}, {"half_pixel_centers": True}):
            for shape, sizes in (
                (IMAGES[0], (12, 10)),
                (IMAGES[1], (3, 11)),
                (IMAGES[2], (9, 2)),
                ((1, 1, 3, 2), (4, 6)),
            ):
                bench.case(
                    shape,
                    lambda x, b=bilinear, m=mode, s=sizes: views.resize(
                        bench.writer, x, s, bilinear=b, **m
                    ),
                )
    for value in (-128, 17):
        for paddings in (
            ((0, 0), (1, 1), (0, 2), (0, 0)),
            ((0, 0), (0, 3), (1, 0), (2, 1)),
        ):
            bench.case(
                IMAGES[0],
                lambda x, p=paddings, v=value: views.padv2(bench.writer, x, p, v),
            )


def channels(bench: Bench) -> None:
    """GATHER of channels: some twice, some not at all."""
    for shape, order in (
        (IMAGES[0], (3, 0, 1, 2)),
        (IMAGES[1], (0, 0, 2, 1, 1)),
        ((1, 1, 1, 5), (4,)),
    ):
        result = (*shape[:3], len(order))

        def build(
            x: int, order: tuple[int, ...] = order, result: tuple[int, ...] = result
        ) -> int:
            table = bench.writer.constant(np.array(order, np.int32))
            y = bench.writer.activation("y", result, bench.writer.quant(x))
            bench.writer.operator("GATHER", (x, table), (y,), {"axis": 3})
            return y

        bench.case(shape, build)


def squares(bench: Bench) -> None:
    """DEPTH_TO_SPACE."""
    for block, shape in ((2, (1, 5, 3, 12)), (3, (1, 4, 2, 9)), (1, IMAGES[1])):
        result = (1, shape[1] * block, shape[2] * block, shape[3] // block**2)

        def build(
            x: int, block: int = block, result: tuple[int, ...] = result
        ) -> int:
            y = bench.writer.activation("y", result, bench.writer.quant(x))
            bench.writer.operator("DEPTH_TO_SPACE", (x,), (y,), {"block_size": block})
            return y

        bench.case(shape, build)


BENCHES = (slices, joints_and_transposes, resizes_and_pads, channels, squares)
