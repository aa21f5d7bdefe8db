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
from xdsl.ir import SSAValue
from xdsl.passes import ModulePass
from xdsl.utils.exceptions import PassFailedException

from lowering.accesses import arena_and_function, kernels_of
from lowering.arena.blocks import Placement
from lowering.arena.holes import Holes
from lowering.calls_with_room import parted
from lowering.kernel_spec import params_attribute
from lowering.kernel_variant import LayerCalls, Proposal
from lowering.kernel_variants import Propose, variants
from lowering.live_ranges import lifetimes, problem_of
from lowering.plan_arena import describe
from lowering.scratch_room import make_room
from lowering.scratch_wishes import PORTABLE_FACTOR, wish_of, with_equal_bases_kept
from lowering.verify_overlaps import check_overlaps, sides
from lowering.walks import WALK_LIKE_THEIR_KERNEL
from tinyts_dialect.tensors import dense, to_array
from tinyts_dialect.tsbuf import (
    ArenaOp,
    BufferOp,
    ConstantBufferOp,
    ConstantOp,
    Image,
    KernelOp,
    RowsOp,
)

TARGETS = ("portable", "host", "cortex-m7")
"""Portable kernels for the first two, those of a core with DSP for the last."""

LIBRARIES = {"tinyts": None, "cmsis-nn": "lowering.cmsis_nn"}
"""The packages of layers that are left to a library, by the option `kernels`."""

SCRATCH_ALIGNMENT = 4
"""Bytes: variants keep words in their scratch."""

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
        planned_bytes = arena.bytes.value.data
        room = _Room(function, planned_bytes, self.size, arena.alignment.value.data)
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
        _erase_unused(function)
        if room.arena_bytes != planned_bytes:
            problem = problem_of(function)
            offsets = tuple(buffer.placed_offset() for buffer in problem.buffers)
            placement = Placement(offsets, room.arena_bytes, "with scratch")
            describe(arena, placement, problem, room.alignment)

    def _parted(
        self,
        function: FuncOp,
        room: _Room,
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
        self, arena: ArenaOp, function: FuncOp, room: _Room, layers: list[_Found]
    ) -> _Room | None:
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
        return _Room(function, used, size, room.alignment)


_Found = tuple[LayerCalls, list[int], list[Proposal], list[Proposal]]
"""A layer, the steps of its calls, what variants and what libraries propose."""


def _choices(found: list[_Found], room: _Room) -> list[_Layer]:
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
    room: _Room,
    layer: LayerCalls,
    steps: list[int],
    choices: list[Choice],
) -> int:
    """Replaces a layer's kernel by the first choice that is legal; its instructions."""
    for choice in choices:
        if choice.proposal is None:
            return choice.instructions
        places = room.places(choice.proposal, layer, steps) or []
        if _replace(function, layer, choice.proposal, places):
            room.use(choice.proposal.scratch, places)
            return choice.instructions
    return 0


def _erase_unused(function: FuncOp) -> None:
    """What only kernels that were replaced have used, apart from ports."""
    for op in reversed(list(function.body.block.ops)):
        if not isinstance(op, ConstantOp | RowsOp | BufferOp) or op.result.uses:
            continue
        if isinstance(op, ConstantOp) or op.port is None:
            op.detach()
            op.erase()


class FlashError(PassFailedException):
    """The constants do not fit into flash; `needed` is how many bytes they have."""

    def __init__(self, needed: int, budget: int) -> None:
        super().__init__(
            f"choose-kernels: the constants need {needed} bytes of flash at least, "
            f"{budget} are left for them"
        )
        self.needed = needed


@dataclass(frozen=True)
class Choice:
    """A way to compute a layer: a variant, or the portable kernel."""

    proposal: Proposal | None
    instructions: int
    flash: int
    """Bytes."""


_Layer = tuple[LayerCalls, list[int], list[Choice]]
"""A layer, the steps of its calls, and what has room."""

Registry: TypeAlias = Mapping[str, tuple[Propose, ...]]


def _of_library(
    layer: LayerCalls, steps: list[int], proposals: list[Proposal], room: _Room
) -> list[Choice]:
    """The first proposal of a library that has room and overlaps what it may."""
    return [
        Choice(item, item.instructions, item.flash)
        for item in proposals
        if room.places(item, layer, steps) is not None
        and _overlaps_are_legal(layer, item)
    ][:1]


def _feasible(
    layer: LayerCalls, steps: list[int], proposals: list[Proposal], room: _Room
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


def _price(now: Choice, other: Choice) -> float:
    """Instructions that each byte costs which another choice saves."""
    return (other.instructions - now.instructions) / (now.flash - other.flash)


def within(budget: int, layers: list[list[Choice]], others: int = 0) -> list[Choice]:
    """The choice of each layer, so that all together need at most `budget` bytes.

    `others` are the bytes of constants that stay whatever is chosen. Bytes are saved
    where each costs the fewest instructions. FlashError if even the smallest need more.
    """
    chosen = [choices[0] for choices in layers]
    total = others + sum(choice.flash for choice in chosen)
    while total > budget:
        savings = [
            (_price(now, other), i, other)
            for i, (now, choices) in enumerate(zip(chosen, layers, strict=True))
            for other in choices
            if other.flash < now.flash
        ]
        if not savings:
            raise FlashError(total, budget)
        _, index, other = min(savings, key=lambda item: item[:2])
        total += other.flash - chosen[index].flash
        chosen[index] = other
    return chosen


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


class _Room:
    """Where scratch fits while a call runs."""

    def __init__(
        self, function: FuncOp, arena_bytes: int, size: int | None, alignment: int
    ) -> None:
        self.arena_bytes = arena_bytes
        self.limit = max(arena_bytes, size or 0)
        self.alignment = alignment
        lives = lifetimes(function)
        self.numbers = {buffer: number for number, buffer in enumerate(lives)}
        self.holes = Holes(
            (
                buffer.placed_offset() + piece.offset,
                buffer.placed_offset() + piece.offset + piece.size,
                piece.first,
                piece.last,
                self.numbers[buffer],
            )
            for buffer, life in lives.items()
            for piece in life.pieces(buffer.image.bytes)
        )

    def places(
        self, proposal: Proposal, layer: LayerCalls, steps: list[int]
    ) -> list[int] | None:
        """An offset for each of the steps, the same for all if possible."""
        size = proposal.scratch
        if size == 0:
            return []
        if self.alignment < SCRATCH_ALIGNMENT:
            return None
        old = layer.tables.get(proposal.scratch_field)
        owners = () if old is None else [
            self.numbers[buffer.owner]
            for buffer in old.buffers
            if buffer.owner in self.numbers
        ]

        def place(steps: list[int], limit: int) -> int | None:
            return self.holes.place(size, steps, limit, self.alignment, owners)

        for limit in {self.arena_bytes, self.limit}:
            common = place(steps, limit)
            if common is not None:
                return [common] * len(steps)
        places = [place([step], self.limit) for step in steps]
        return None if None in places else [p for p in places if p is not None]

    def has(self, proposal: Proposal, layer: LayerCalls, steps: list[int]) -> bool:
        """Whether there is a place at each of the steps."""
        return self.places(proposal, layer, steps) is not None

    def use(self, size: int, places: list[int]) -> None:
        """Lets the arena reach around scratch."""
        end = max((place + size for place in places), default=0)
        needed = -(-end // self.alignment) * self.alignment
        self.arena_bytes = max(self.arena_bytes, needed)


def _replace(
    function: FuncOp, layer: LayerCalls, proposal: Proposal, places: list[int]
) -> bool:
    """Replaces the calls of a layer, unless they overlap what the variant needs."""
    if not _overlaps_are_legal(layer, proposal):
        return False
    block = function.body.block
    first = block.first_op
    constants = [
        (name, ConstantOp(dense(array))) for name, array in proposal.constants.items()
    ]
    scratch = _scratch(layer, proposal, places)
    added = [op for _, op in constants] + scratch
    params = params_attribute(proposal.params)
    calls = [
        _call(
            call,
            proposal.variant,
            [(name, op.result) for name, op in constants],
            params,
            scratch[-1].result if scratch else None,
            proposal.scratch_field,
        )
        for call in layer.calls
    ]
    block.insert_ops_before(added, first)
    for old, new in zip(layer.calls, calls, strict=True):
        block.insert_op_before(new, old)
        old.detach()
        old.erase()
    return True


def _scratch(
    layer: LayerCalls, proposal: Proposal, places: list[int]
) -> list[BufferOp | RowsOp]:
    """A table whose row `first` is the scratch of the call that names it first."""
    if not places:
        return []
    image = Image(1, proposal.scratch, 1)
    rows = [call.named_rows()[0] for call in layer.calls]
    buffers = [BufferOp(image) for _ in places]
    for buffer, place in zip(buffers, places, strict=True):
        buffer.offset = IntegerAttr(place, i64)
    order = sorted(range(len(rows)), key=rows.__getitem__)
    height = max(rows) + 1
    table = RowsOp(
        [buffers[i].result for i in order],
        [rows[i] for i in order],
        Image(height, proposal.scratch, 1),
        ragged=True,
    )
    return [*buffers, table]


def _call(
    call: KernelOp,
    variant: str,
    constants: list[tuple[str, SSAValue]],
    params: object,
    scratch: SSAValue | None,
    field: str,
) -> KernelOp:
    writes = [
        (a.field, a.table.result, a.first, a.last)
        for a in call.writes()
        if scratch is None or a.field != field
    ]
    reads = [(a.field, a.table.result, a.first, a.last) for a in call.reads()]
    if scratch is not None:
        first = call.named_rows()[0]
        writes.append((field, scratch, first, first + 1))
    new = KernelOp(
        call.kernel.data,
        call.layer.value.data,
        writes,
        reads,
        constants,
        params,
        None if call.call_rows is None else call.call_rows.data,
        call.legal_overlaps(),
        variant,
    )
    new.attributes = dict(call.attributes)
    new.location = call.location
    return new


def _overlaps_are_legal(layer: LayerCalls, proposal: Proposal) -> bool:
    """Whether the calls may write over what they read in the order of the variant."""
    if f"{layer.kernel}_{proposal.variant}" in WALK_LIKE_THEIR_KERNEL:
        return True
    params = params_attribute(proposal.params)
    for call in layer.calls:
        trial = _call(
            call, proposal.variant, [], params, None, proposal.scratch_field
        )
        legal = _overlap_is_legal(trial)
        trial.erase()
        if not legal:
            return False
    return True


def _overlap_is_legal(call: KernelOp) -> bool:
    try:
        check_overlaps(
            call, "", list(sides(call.writes())), list(sides(call.reads()))
        )
    except PassFailedException:
        return False
    return True


PASS = ChooseKernels
