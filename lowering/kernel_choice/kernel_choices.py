"""Which variant computes each layer of a placed module, given room and flash."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from xdsl.dialects.func import FuncOp

from lowering.kernel_choice.calls_with_room import equal_constants, parted
from lowering.kernel_choice.flash_choice import Choice, within
from lowering.kernel_choice.kernel_variant import LayerCalls, Proposal
from lowering.kernel_choice.replace_kernels import overlaps_are_legal
from lowering.kernel_choice.scratch_places import ScratchPlaces
from lowering.kernel_choice.scratch_wishes import PORTABLE_FACTOR
from tinyts_dialect.tensors import to_array
from tinyts_dialect.tsbuf import ConstantBufferOp, ConstantOp


@dataclass(frozen=True)
class Proposed:
    """Calls that are to be of one variant, or a layer that may be parted."""

    layer: LayerCalls
    steps: list[int]
    proposals: list[Proposal]
    library: list[Proposal]
    """What a library proposes; it goes before everything else."""


@dataclass(frozen=True)
class Chosen:
    """Calls, and their choices from the one that is taken on."""

    layer: LayerCalls
    steps: list[int]
    choices: list[Choice]


@dataclass(frozen=True)
class Decision:
    """The variants of all layers, with the room where their scratch lies."""

    room: ScratchPlaces
    chosen: list[Chosen]

    def instructions(self) -> int:
        """Estimated, of what is legal."""
        return sum(
            next(
                choice.instructions
                for choice in item.choices
                if choice.proposal is None
                or overlaps_are_legal(item.layer, choice.proposal)
            )
            for item in self.chosen
        )


def decide(
    function: FuncOp,
    room: ScratchPlaces,
    proposed: Sequence[Proposed],
    flash: int | None,
) -> Decision:
    """The fewest estimated instructions for which there is scratch and flash.

    FlashError if the constants need more than `flash` bytes whatever is chosen.
    """
    layers = [_choices(item, room) for item in proposed]
    fastest = _within(function, layers, flash)
    parts = _parted(function, room, proposed, layers, fastest, flash)
    if len(parts) > len(proposed):
        apart = [_choices(item, room) for item in parts]
        if _fit(function, apart, flash):
            layers, fastest = apart, [item.choices[0] for item in apart]
    return Decision(
        room,
        [
            replace(item, choices=item.choices[item.choices.index(choice) :])
            for item, choice in zip(layers, fastest, strict=True)
        ],
    )


def _parted(
    function: FuncOp,
    room: ScratchPlaces,
    proposed: Sequence[Proposed],
    layers: list[Chosen],
    fastest: list[Choice],
    flash: int | None,
) -> list[Proposed]:
    """The layers, some parted into calls that have room for scratch and others."""
    left = None
    if flash is not None:
        used = sum(choice.flash for choice in fastest)
        left = flash - _other_constants(function, layers) - used
    found: list[Proposed] = []
    for item, now in zip(proposed, fastest, strict=True):
        allowed = None if left is None else left + now.flash
        cut, needed = parted(
            item.layer, item.steps, item.proposals, room.has, allowed
        )
        if item.library or len(cut) == 1:
            found.append(item)
            continue
        left = None if allowed is None else allowed - needed
        used = [part.proposal for part in cut if part.proposal is not None]
        for part in cut:
            proposals = _of_part(item, len(part.steps), part.proposal, used)
            found.append(Proposed(part.layer, part.steps, proposals, []))
    return found


def _of_part(
    item: Proposed, calls: int, first: Proposal | None, used: list[Proposal]
) -> list[Proposal]:
    """The proposals for some of the calls of a layer.

    None goes before the one that they are parted for, unless its constants are there.
    """
    least = 0 if first is None else first.instructions + 1
    return [
        replace(
            other,
            instructions=(
                other.instructions
                if any(equal_constants(other, one) for one in used)
                else max(other.instructions, least)
            )
            * calls
            // len(item.steps),
        )
        for other in item.proposals
    ]


def _fit(function: FuncOp, layers: list[Chosen], flash: int | None) -> bool:
    """Whether flash has room for the fastest choices; parts may share constants."""
    if flash is None:
        return True
    needed = _other_constants(function, layers)
    known: dict[object, list[Proposal]] = {}
    for item in layers:
        before = known.setdefault(item.layer.calls[0].layer, [])
        first = item.choices[0]
        proposal = first.proposal
        if proposal is None:
            needed += first.flash
            continue
        shared = any(equal_constants(proposal, other) for other in before)
        needed += proposal.code if shared else first.flash
        before.append(proposal)
    return needed <= flash


def _within(
    function: FuncOp, layers: list[Chosen], flash: int | None
) -> list[Choice]:
    """The fastest choice of each layer that all together have flash for."""
    if flash is None:
        return [item.choices[0] for item in layers]
    others = _other_constants(function, layers)
    return within(flash, [item.choices for item in layers], others)


def _choices(item: Proposed, room: ScratchPlaces) -> Chosen:
    """What has room of what is proposed."""
    layer, steps = item.layer, item.steps
    of_library = [
        Choice(other, other.instructions, other.flash)
        for other in item.library
        if room.has(other, layer, steps) and overlaps_are_legal(layer, other)
    ]
    return Chosen(layer, steps, of_library[:1] or _feasible(item, room))


def _feasible(item: Proposed, room: ScratchPlaces) -> list[Choice]:
    """By ascending instructions; the portable kernel comes last."""
    worst = max((other.instructions for other in item.proposals), default=0)
    portable = sum(array.nbytes for array in item.layer.arrays.values())
    found = [
        Choice(other, other.instructions, other.flash)
        for other in sorted(
            item.proposals, key=lambda other: (other.instructions, other.flash)
        )
        if room.has(other, item.layer, item.steps)
    ]
    return [*found, Choice(None, PORTABLE_FACTOR * worst, portable)]


def _other_constants(function: FuncOp, layers: list[Chosen]) -> int:
    """Bytes of the constants that stay whatever is chosen."""
    known = {
        value
        for item in layers
        for _, value in item.layer.calls[0].named_constants()
    }
    return sum(
        to_array(op.value).nbytes
        for op in function.body.block.ops
        if (isinstance(op, ConstantOp) and op.result not in known)
        or isinstance(op, ConstantBufferOp)
    )
