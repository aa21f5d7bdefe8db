"""The calls of a layer by a variant of its kernel, with constants and scratch."""

from __future__ import annotations

from xdsl.dialects.builtin import IntegerAttr, i64
from xdsl.dialects.func import FuncOp
from xdsl.ir import SSAValue
from xdsl.utils.exceptions import PassFailedException

from lowering.calls.kernel_spec import params_attribute
from lowering.kernel_choice.kernel_variant import Array, LayerCalls, Proposal
from lowering.overlaps.verify_overlaps import check_overlaps, sides
from lowering.overlaps.walks import WALK_LIKE_THEIR_KERNEL
from tinyts_dialect.tensors import dense
from tinyts_dialect.tsbuf import BufferOp, ConstantOp, Image, KernelOp, RowsOp


class Constants:
    """Constants of variants; equal arrays are one."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, tuple[int, ...], bytes], ConstantOp] = {}

    def of(self, array: Array) -> ConstantOp:
        """The operation; without a parent where it is new."""
        key = (array.dtype.str, array.shape, array.tobytes())
        if key not in self._known:
            self._known[key] = ConstantOp(dense(array))
        return self._known[key]


def replace_kernel(
    function: FuncOp,
    layer: LayerCalls,
    proposal: Proposal,
    places: list[int],
    known: Constants,
) -> bool:
    """Replaces the calls of a layer, unless they overlap what the variant needs."""
    if not overlaps_are_legal(layer, proposal):
        return False
    block = function.body.block
    first = block.first_op
    constants = [(name, known.of(array)) for name, array in proposal.constants.items()]
    scratch = _scratch(layer, proposal, places)
    new = {op: None for _, op in constants if op.parent is None}
    added = [*new, *scratch]
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


def overlaps_are_legal(layer: LayerCalls, proposal: Proposal) -> bool:
    """Whether the calls may write over what they read in the order of the variant."""
    if f"{layer.kernel}_{proposal.variant}" in WALK_LIKE_THEIR_KERNEL:
        return True
    params = params_attribute(proposal.params)
    for call in layer.calls:
        if not _overlaps(call):
            continue
        trial = _call(
            call, proposal.variant, [], params, None, proposal.scratch_field
        )
        legal = _overlap_is_legal(trial)
        trial.erase()
        if not legal:
            return False
    return True


def _overlaps(call: KernelOp) -> bool:
    """Whether a call writes a byte that it reads."""
    reads = list(sides(call.reads()))
    return any(
        written.shares_bytes_with(read)
        for written in sides(call.writes())
        for read in reads
    )


def _overlap_is_legal(call: KernelOp) -> bool:
    try:
        check_overlaps(
            call, "", list(sides(call.writes())), list(sides(call.reads()))
        )
    except PassFailedException:
        return False
    return True


def erase_unused(function: FuncOp) -> None:
    """What only kernels that were replaced have used, apart from ports."""
    for op in reversed(list(function.body.block.ops)):
        if not isinstance(op, ConstantOp | RowsOp | BufferOp) or op.result.uses:
            continue
        if isinstance(op, ConstantOp) or op.port is None:
            op.detach()
            op.erase()
