"""What the layers that CMSIS-NN computes have in common."""

from __future__ import annotations

from lowering.cmsis_nn import VARIANT
from lowering.cmsis_nn.exactness import without_dead_biases
from lowering.contiguous import is_contiguous
from lowering.kernel_variant import LayerCalls, Proposal

MAX_EXTENT = 2**15 - 1
"""Largest dimension: some functions keep positions in numbers of 16 bits."""

MAX_SCRATCH = 2**16 - 4
"""Bytes; scratch is as wide a tensor."""


def reads_slices(layer: LayerCalls) -> bool:
    """Whether what each call reads and writes lies in memory without gaps."""
    tables = layer.tables.values()
    return all(max(table.image) <= MAX_EXTENT for table in tables) and all(
        is_contiguous(access)
        for call in layer.calls
        for access in (*call.writes(), *call.reads())
    )


def proposal(
    layer: LayerCalls, instructions: float, scratch: int = 0, **more: int
) -> Proposal:
    """The scalars and constants of the portable kernel, and `more` scalars."""
    return Proposal(
        VARIANT,
        {**layer.params, **more},
        without_dead_biases(layer),
        round(instructions),
        -(-scratch // 4) * 4,
    )
