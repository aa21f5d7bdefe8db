"""Layers of which only some calls have room for the scratch of the fastest variant.

Variants that read the same constants are a family: calls of one family share them. So a
layer is computed by one family, each call by its fastest variant that has room, or by
several where that saves enough for another copy of the weights.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from lowering.kernel_choice.kernel_variant import LayerCalls, Proposal

WITHOUT_STATE = frozenset({"conv_2d"})
"""Kernels whose calls need not all be of one variant."""

BYTE = 10
"""Instructions that a byte of flash has to save, for a second copy of the weights."""

GAIN = 0.01
"""Share of its instructions that a layer must gain by another variant of some calls."""

HasRoom = Callable[[Proposal, LayerCalls, list[int]], bool]
"""Whether the scratch of a proposal has room at the steps of a layer."""


class Part(NamedTuple):
    """Calls of a layer, their steps, and the variant that they have room for."""

    layer: LayerCalls
    steps: list[int]
    proposal: Proposal | None = None


class Option(NamedTuple):
    """A variant of a call."""

    instructions: float
    family: int
    flash: int


def parted(
    layer: LayerCalls,
    steps: list[int],
    proposals: Sequence[Proposal],
    has_room: HasRoom,
    flash: int | None,
) -> tuple[list[Part], int]:
    """The calls by their variants, and their bytes of flash, no more than `flash`.

    All calls stay together where parting them saves too few instructions; the bytes are
    0 then.
    """
    whole: tuple[list[Part], int] = [Part(layer, steps)], 0
    if layer.kernel not in WITHOUT_STATE or len(steps) < 2:
        return whole
    ordered = sorted(proposals, key=lambda item: (item.instructions, item.flash))
    if flash is not None:
        ordered = [item for item in ordered if item.flash <= flash]
    now = next((item for item in ordered if has_room(item, layer, steps)), None)
    if now is None or now is ordered[0]:
        return whole
    families = families_of(ordered)
    options = [
        Option(item.instructions / len(steps), family, item.flash)
        for item, family in zip(ordered, families, strict=True)
    ]
    fitting = [
        [
            number
            for number, item in enumerate(ordered)
            if not item.scratch or has_room(item, layer, [step])
        ]
        for step in steps
    ]
    chosen, needed = assigned(options, fitting, flash)
    saved = now.instructions - sum(options[number].instructions for number in chosen)
    if saved <= GAIN * now.instructions:
        return whole
    parts = [
        _part(layer, steps, [n == number for n in chosen], ordered[number])
        for number in sorted(set(chosen))
    ]
    return parts, needed


def assigned(
    options: Sequence[Option], fitting: Sequence[Sequence[int]], flash: int | None
) -> tuple[list[int], int]:
    """The number of an option for each call, and the bytes of all their families.

    `options` ascend by instructions; `fitting` are those that a call has room for.
    ValueError if no family has one for each call.
    """
    by_family: dict[int, list[int | None]] = {
        family: [
            next((n for n in fits if options[n].family == family), None)
            for fits in fitting
        ]
        for family in dict.fromkeys(option.family for option in options)
    }

    def total(numbers: Sequence[int]) -> float:
        return sum(options[n].instructions for n in numbers)

    def size(numbers: Sequence[int]) -> int:
        families = {options[n].family: options[n].flash for n in numbers}
        return sum(families.values())

    whole = [
        [n for n in numbers if n is not None]
        for numbers in by_family.values()
        if None not in numbers
    ]
    chosen = min(whole, key=total)
    for numbers in by_family.values():
        better = [
            mine if other is None else min(mine, other)
            for mine, other in zip(chosen, numbers, strict=True)
        ]
        more = size(better) - size(chosen)
        if flash is not None and size(better) > flash:
            continue
        if total(chosen) - total(better) > BYTE * max(more, 0):
            chosen = better
    return chosen, size(chosen)


def families_of(proposals: Sequence[Proposal]) -> list[int]:
    """A number for each proposal, the same where the constants are equal."""
    first: list[Proposal] = []
    found: list[int] = []
    for item in proposals:
        number = next(
            (n for n, other in enumerate(first) if equal_constants(item, other)), None
        )
        if number is None:
            number = len(first)
            first.append(item)
        found.append(number)
    return found


def equal_constants(first: Proposal, second: Proposal) -> bool:
    """Whether two variants read the same constants."""
    return first.constants.keys() == second.constants.keys() and all(
        np.array_equal(array, second.constants[name])
        for name, array in first.constants.items()
    )


def _part(
    layer: LayerCalls, steps: list[int], chosen: list[bool], proposal: Proposal
) -> Part:
    if all(chosen):
        return Part(layer, steps, proposal)
    calls = tuple(
        call for call, mine in zip(layer.calls, chosen, strict=True) if mine
    )
    at = [step for step, mine in zip(steps, chosen, strict=True) if mine]
    return Part(LayerCalls(calls), at, proposal)
