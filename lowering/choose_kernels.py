"""`choose-kernels`: the variant of each layer's kernel, with its constants packed.

It runs on a placed module. A variant that needs scratch is chosen where the bytes that
nothing occupies during its calls suffice, or where the arena may grow. Where the layers
that gain the most find too little, the buffers move (`lowering/scratch_room.py`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass
from typing import TypeAlias

from xdsl.context import Context
from xdsl.dialects.builtin import IntegerAttr, ModuleOp, i64
from xdsl.dialects.func import FuncOp
from xdsl.passes import ModulePass
from xdsl.utils.exceptions import PassFailedException

from lowering.accesses import arena_and_function, kernels_of
from lowering.arena.blocks import Placement
from lowering.calls_with_room import parted
from lowering.flash_choice import Choice, within
from lowering.kernel_variant import LayerCalls, Proposal
from lowering.kernel_variants import Propose, variants
from lowering.live_ranges import problem_of
from lowering.plan_arena import describe
from lowering.replace_kernels import erase_unused, overlaps_are_legal, replace_kernel
from lowering.scratch_places import SCRATCH_ALIGNMENT, ScratchPlaces
from lowering.scratch_room import make_room
from lowering.scratch_wishes import PORTABLE_FACTOR, wish_of, with_equal_bases_kept
from tinyts_dialect.tensors import to_array
from tinyts_dialect.tsbuf import (
    ArenaOp,
    ConstantBufferOp,
    ConstantOp,
)

TARGETS = ("portable", "host", "cortex-m7")
"""Portable kernels for the first two, those of a core with DSP for the last."""

LIBRARIES = {"tinyts": None, "cmsis-nn": "lowering.cmsis_nn"}
"""The packages of layers that are left to a library, by the option `kernels`."""

CALL = 100
"""Instructions of a call, whatever it computes."""

ESTIMATE = "estimated_instructions"
"""Attribute of the arena: of all calls and of the layers that have variants."""


@dataclass(frozen=True)
class ChooseKernels(ModulePass):
    """Replaces portable kernels by variants of fewer estimated instructions.

    `size` is what the arena may grow to for scratch; without it the arena stays as it
    is, but for `spare` percent by which it may grow as far as that is worth its
    instructions. `flash` bounds the bytes of all constants and of code that only one
    layer needs. With `kernels=cmsis-nn` that library computes all layers that it can,
    whatever it costs.
    """

    name = "choose-kernels"

    target: str = "cortex-m7"
    size: int | None = None
    flash: int | None = None
    kernels: str = "tinyts"
    spare: int = 0

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        if self.target not in TARGETS:
            raise PassFailedException(
                f"choose-kernels: target '{self.target}' is not one of "
                f"{', '.join(TARGETS)}"
            )
        if self.kernels not in LIBRARIES:
            raise PassFailedException(
                f"choose-kernels: kernels '{self.kernels}' are not one of "
                f"{', '.join(LIBRARIES)}"
            )
        own = variants() if self.target == "cortex-m7" else {}
        package = LIBRARIES[self.kernels]
        library = {} if package is None else variants(package)
        if not own and not library:
            return
        arena, function = arena_and_function(op)
        if arena.bytes is None or arena.alignment is None:
            raise PassFailedException("choose-kernels: run plan-arena first")
        planned_bytes, alignment = arena.bytes.value.data, arena.alignment.value.data
        room = ScratchPlaces(function, planned_bytes, self.size, alignment)
        found = [
            (layer, steps, _proposals(layer, own), _proposals(layer, library))
            for layer, steps in _layers(function, own.keys() | library.keys())
        ]
        layers = _choices(found, room)
        fastest = self._within_flash(function, layers)
        moved = self._moved(arena, function, room, found)
        if moved is not None:
            room = moved
            layers = _choices(found, room)
            fastest = self._within_flash(function, layers)
        parts = self._parted(function, room, found, layers, fastest)
        if len(parts) > len(found):
            layers = _choices(parts, room)
            fastest = self._within_flash(function, layers)
        instructions = CALL * len(kernels_of(function))
        for (layer, steps, choices), chosen in zip(layers, fastest, strict=True):
            slower = choices[choices.index(chosen) :]
            instructions += _use_first(function, room, layer, steps, slower)
        arena.attributes[ESTIMATE] = IntegerAttr(instructions, i64)
        erase_unused(function)
        if room.arena_bytes != planned_bytes:
            problem = problem_of(function)
            offsets = tuple(buffer.placed_offset() for buffer in problem.buffers)
            placement = Placement(offsets, room.arena_bytes, "with scratch")
            describe(arena, placement, problem, room.alignment)

    def _parted(
        self,
        function: FuncOp,
        room: ScratchPlaces,
        found: list[_Found],
        layers: list[_Layer],
        fastest: list[Choice],
    ) -> list[_Found]:
        """The layers, some cut into calls that have room for scratch and others."""
        left = None
        if self.flash is not None:
            used = sum(choice.flash for choice in fastest)
            left = self.flash - _other_constants(function, layers) - used
        parts: list[_Found] = []
        for layer, steps, proposals, others in found:
            cut, needed = parted(layer, steps, proposals, room.has, left)
            if others or len(cut) == 1:
                parts.append((layer, steps, proposals, others))
                continue
            left = None if left is None else left - needed
            parts += [(*part, _proposals(part[0], variants()), []) for part in cut]
        return parts

    def _within_flash(self, function: FuncOp, layers: list[_Layer]) -> list[Choice]:
        """The fastest choice of each layer that all together have flash for."""
        if self.flash is None:
            return [choices[0] for _, _, choices in layers]
        others = _other_constants(function, layers)
        return within(self.flash, [choices for *_, choices in layers], others)

    def _moved(
        self,
        arena: ArenaOp,
        function: FuncOp,
        room: ScratchPlaces,
        layers: list[_Found],
    ) -> ScratchPlaces | None:
        """The room after buffers have moved for more scratch; None if none have."""
        if room.alignment < SCRATCH_ALIGNMENT or room.limit == 0:
            return None
        problem = problem_of(function)
        offsets = [buffer.placed_offset() for buffer in problem.buffers]
        numbers = {buffer: number for number, buffer in enumerate(problem.buffers)}
        wishes = [
            wish_of(layer, steps, proposals, room.places, numbers)
            for layer, steps, proposals, others in layers
            if not others
        ]
        total = CALL * len(kernels_of(function))
        total += sum(wish.ways[-1].instructions for wish in wishes)
        moved = make_room(
            with_equal_bases_kept(problem, offsets),
            offsets,
            [wish for wish in wishes if wish.ways[0].scratch],
            alignment=room.alignment,
            limit=room.limit,
            spare=self.spare,
            total=total,
        )
        if moved is None:
            return None
        for buffer, offset in zip(problem.buffers, moved.offsets, strict=True):
            buffer.offset = IntegerAttr(offset, i64)
        used = max(room.arena_bytes, moved.used)
        arena.bytes = IntegerAttr(used, i64)
        size = max(self.size or 0, moved.arena_bytes)
        return ScratchPlaces(function, used, size, room.alignment)


_Found = tuple[LayerCalls, list[int], list[Proposal], list[Proposal]]
"""A layer, the steps of its calls, what variants and what libraries propose."""


def _choices(found: list[_Found], room: ScratchPlaces) -> list[_Layer]:
    """What has room of what is proposed."""
    return [
        (
            layer,
            steps,
            _of_library(layer, steps, others, room)
            or _feasible(layer, steps, proposals, room),
        )
        for layer, steps, proposals, others in found
    ]


def _use_first(
    function: FuncOp,
    room: ScratchPlaces,
    layer: LayerCalls,
    steps: list[int],
    choices: list[Choice],
) -> int:
    """Replaces a layer's kernel by the first choice that is legal; its instructions."""
    for choice in choices:
        if choice.proposal is None:
            return choice.instructions
        places = room.places(choice.proposal, layer, steps) or []
        if replace_kernel(function, layer, choice.proposal, places):
            room.use(choice.proposal.scratch, places)
            return choice.instructions
    return 0


_Layer = tuple[LayerCalls, list[int], list[Choice]]
"""A layer, the steps of its calls, and what has room."""

Registry: TypeAlias = Mapping[str, tuple[Propose, ...]]


def _of_library(
    layer: LayerCalls, steps: list[int], proposals: list[Proposal], room: ScratchPlaces
) -> list[Choice]:
    """The first proposal of a library that has room and overlaps what it may."""
    return [
        Choice(item, item.instructions, item.flash)
        for item in proposals
        if room.places(item, layer, steps) is not None
        and overlaps_are_legal(layer, item)
    ][:1]


def _feasible(
    layer: LayerCalls, steps: list[int], proposals: list[Proposal], room: ScratchPlaces
) -> list[Choice]:
    """By ascending instructions; the portable kernel comes last."""
    worst = max((item.instructions for item in proposals), default=0)
    portable = sum(array.nbytes for array in layer.arrays.values())
    found = [
        Choice(item, item.instructions, item.flash)
        for item in sorted(proposals, key=lambda item: (item.instructions, item.flash))
        if room.places(item, layer, steps) is not None
    ]
    return [*found, Choice(None, PORTABLE_FACTOR * worst, portable)]


def _other_constants(function: FuncOp, layers: list[_Layer]) -> int:
    """Bytes of the constants that stay whatever is chosen."""
    known = {
        value for layer, *_ in layers for _, value in layer.calls[0].named_constants()
    }
    return sum(
        to_array(op.value).nbytes
        for op in function.body.block.ops
        if (isinstance(op, ConstantOp) and op.result not in known)
        or isinstance(op, ConstantBufferOp)
    )


def _layers(
    function: FuncOp, replaceable: Set[str]
) -> Iterator[tuple[LayerCalls, list[int]]]:
    """The layers of such kernels, with the steps at which they are called."""
    steps: dict[object, list[int]] = {}
    kernels = kernels_of(function)
    for step, call in enumerate(kernels):
        if call.kernel.data in replaceable and call.variant is None:
            key = (call.kernel, call.layer, call.fields, call.params)
            steps.setdefault((*key, tuple(call.operands)), []).append(step)
    for found in steps.values():
        yield LayerCalls(tuple(kernels[step] for step in found)), found


def _proposals(layer: LayerCalls, registry: Registry) -> list[Proposal]:
    """What the variants propose."""
    try:
        return [
            proposal
            for propose in registry.get(layer.kernel, ())
            for proposal in propose(layer)
        ]
    except KeyError as error:
        number = layer.calls[0].layer.value.data
        raise PassFailedException(
            f"choose-kernels: kernel '{layer.kernel}' of layer {number} has no field "
            f"{error}; give it the fields of its C structure, or target=portable"
        ) from error


PASS = ChooseKernels
