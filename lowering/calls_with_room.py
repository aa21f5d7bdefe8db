"""Layers of which only some calls have room for the scratch of the fastest variant."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from lowering.kernel_variant import LayerCalls, Proposal

WITHOUT_STATE = frozenset({"conv_2d"})
"""Kernels whose calls need not all be of one variant."""

BYTE = 10
"""Instructions that a byte of flash has to save, for a second copy of the weights."""

HasRoom = Callable[[Proposal, LayerCalls, list[int]], bool]
"""Whether the scratch of a proposal has room at the steps of a layer."""

Part = tuple[LayerCalls, list[int]]
"""Calls of a layer and their steps."""


def parted(
    layer: LayerCalls,
    steps: list[int],
    proposals: Sequence[Proposal],
    has_room: HasRoom,
    flash: int | None,
) -> tuple[list[Part], int]:
    """The calls with room and those without, and the bytes of flash that it takes.

    All calls together and 0 bytes where that saves too few instructions, or needs more
    than `flash` bytes beside what the layer has anyway.
    """
    whole: tuple[list[Part], int] = [(layer, steps)], 0
    if layer.kernel not in WITHOUT_STATE:
        return whole
    ordered = sorted(proposals, key=lambda item: (item.instructions, item.flash))
    now = next((item for item in ordered if has_room(item, layer, steps)), None)
    if now is None:
        return whole
    best, most = whole, 0
    for item in ordered[: ordered.index(now)]:
        if flash is not None and item.flash > flash:
            continue
        first = [step for step in steps if has_room(item, layer, [step])]
        saved = (now.instructions - item.instructions) * len(first) // len(steps)
        if saved > max(most, BYTE * item.flash):
            parts = [_part(layer, steps, first, inside) for inside in (True, False)]
            best, most = (parts, item.flash), saved
    return best


def _part(
    layer: LayerCalls, steps: list[int], chosen: list[int], inside: bool
) -> Part:
    pairs = [
        (call, step)
        for call, step in zip(layer.calls, steps, strict=True)
        if (step in chosen) == inside
    ]
    return LayerCalls(tuple(call for call, _ in pairs)), [step for _, step in pairs]
