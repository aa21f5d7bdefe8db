"""Reading the picture of the arena off a placed module."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from xdsl.dialects.builtin import IntegerAttr, ModuleOp
from xdsl.dialects.func import FuncOp
from xdsl.utils.exceptions import PassFailedException

from emitc.arena_picture import ArenaPicture, Kind, PlacedBuffer
from emitc.read_program import tensor_name
from lowering.accesses import arena_and_function, held_rows, kernels_of
from lowering.live_ranges import blocks_of, lifetimes
from tinyts_dialect.tsbuf import BufferOp, KernelOp, layout_of, root_buffer

KIND_OF_FIELD: dict[str, Kind] = {
    "middle": "kept row",
    "scratch": "scratch",
    "accumulator": "accumulator",
}
"""Operands of kernels whose buffers are no activations."""


def read_picture(module: ModuleOp) -> ArenaPicture:
    """The picture of a placed module.

    Raises PassFailedException or VerifyException where it is not placed.
    """
    arena, function = arena_and_function(module)
    if arena.bytes is None or arena.alignment is None:
        raise PassFailedException("the arena has no size; run plan-arena first")
    kernels = kernels_of(function)
    plan = {} if arena.plan is None else arena.plan.data
    return ArenaPicture(
        name=function.sym_name.data,
        arena_bytes=arena.bytes.value.data,
        alignment=arena.alignment.value.data,
        steps=len(kernels),
        stage_of_step=tuple(kernel_number(kernel, "stage") for kernel in kernels),
        buffers=tuple(_placed_buffers(function, kernels)),
        plan={
            name: value.value.data
            for name, value in plan.items()
            if isinstance(value, IntegerAttr)
        },
    )


def kernel_number(kernel: KernelOp, name: str) -> int:
    """An integer attribute of a kernel; 0 where it has none of that name."""
    value = kernel.get_attr_or_prop(name)
    return value.value.data if isinstance(value, IntegerAttr) else 0


def _placed_buffers(
    function: FuncOp, kernels: Sequence[KernelOp]
) -> Iterator[PlacedBuffer]:
    uses = _first_uses(kernels)
    lives = lifetimes(function)
    for buffer, block in zip(lives, blocks_of(lives), strict=True):
        use = uses.get(buffer)
        if use is None:  # a port that no kernel touches
            use = _Use(0, "", "activation", None, 0, buffer.image.row_bytes)
        if buffer.port is not None:
            port = buffer.port.data
            use = use._replace(layer=port.layer, name=port.name, kind=port.direction)
        yield PlacedBuffer(
            *use, buffer.placed_offset(), buffer.image.bytes, block.pieces
        )


class _Use(NamedTuple):
    """What the first access to a buffer says about it."""

    layer: int
    name: str
    kind: Kind
    slice: int | None
    start: int
    row_bytes: int


def _first_uses(kernels: Sequence[KernelOp]) -> dict[BufferOp, _Use]:
    """The first access to each buffer of the arena; a kernel writes, then reads."""
    found: dict[BufferOp, _Use] = {}
    calls: Counter[int] = Counter()
    for kernel in kernels:
        layer, name = kernel.layer.value.data, tensor_name(kernel)
        writes = kernel.writes()
        for number, access in enumerate((*writes, *kernel.reads())):
            kind = KIND_OF_FIELD.get(access.field, "activation")
            is_slice = kind == "activation" and number < len(writes)
            for held in held_rows(access):
                buffer, layout = root_buffer(held.buffer), layout_of(held.buffer)
                if isinstance(buffer, BufferOp) and buffer not in found:
                    found[buffer] = _Use(
                        layer,
                        tensor_name(access.table) or name,
                        kind,
                        calls[layer] if is_slice else None,
                        held.start - layout.offset // layout.row_pitch,
                        layout.row_pitch,
                    )
        calls[layer] += 1
    return found
