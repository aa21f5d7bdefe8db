"""`choose-kernels`: the variant of each layer's kernel, with its constants packed.

It runs on a placed module. A variant that needs scratch is chosen where the bytes that
nothing occupies during its calls suffice, or where the arena may grow. Where the layers
that gain the most find too little, the buffers move (`kernel_choice/scratch_room.py`).
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
from lowering.kernel_choice.best_decision import BestDecision
from lowering.kernel_choice.kernel_choices import Chosen, Proposed
from lowering.kernel_choice.kernel_variant import LayerCalls, Proposal
from lowering.kernel_choice.replace_kernels import (
    Constants,
    erase_unused,
    replace_kernel,
)
from lowering.kernel_choice.scratch_places import ScratchPlaces
from lowering.kernel_variants import Propose, variants
from lowering.live_ranges import problem_of
from lowering.plan_arena import describe

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
    instructions, and a few more where these are far from `unsplit`, what the network
    takes in whole tensors. `flash` bounds the bytes of all constants and of code that
    only one layer needs. With `kernels=cmsis-nn` that library computes all layers that
    it can, whatever it costs.
    """

    name = "choose-kernels"

    target: str = "cortex-m7"
    size: int | None = None
    flash: int | None = None
    kernels: str = "tinyts"
    spare: int = 0
    unsplit: int = 0

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
        proposed = [
            Proposed(layer, steps, _proposals(layer, own), _proposals(layer, library))
            for layer, steps in _layers(function, own.keys() | library.keys())
        ]
        instructions = CALL * len(kernels_of(function))
        decision = BestDecision(
            function,
            room,
            proposed,
            self.flash,
            self.size,
            self.spare,
            instructions,
            self.unsplit,
        ).find()
        constants = Constants()
        for item in decision.chosen:
            instructions += _use_first(function, decision.room, item, constants)
        arena.attributes[ESTIMATE] = IntegerAttr(instructions, i64)
        erase_unused(function)
        if decision.room is not room or room.arena_bytes != planned_bytes:
            problem = problem_of(function)
            offsets = tuple(buffer.placed_offset() for buffer in problem.buffers)
            used = decision.room.arena_bytes
            placement = Placement(offsets, used, "with scratch")
            describe(arena, placement, problem, alignment)


def estimated_instructions(module: ModuleOp) -> int:
    """What the kernels that were chosen are estimated to take; 0: unknown."""
    estimate = arena_and_function(module)[0].attributes.get(ESTIMATE)
    return estimate.value.data if isinstance(estimate, IntegerAttr) else 0


def _use_first(
    function: FuncOp, room: ScratchPlaces, item: Chosen, constants: Constants
) -> int:
    """Replaces a layer's kernel by the first choice that is legal; its instructions."""
    for choice in item.choices:
        if choice.proposal is None:
            return choice.instructions
        places = room.places(choice.proposal, item.layer, item.steps) or []
        if replace_kernel(function, item.layer, choice.proposal, places, constants):
            room.use(choice.proposal.scratch, places)
            return choice.instructions
    return 0


Registry: TypeAlias = Mapping[str, tuple[Propose, ...]]


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
