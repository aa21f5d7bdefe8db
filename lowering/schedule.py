"""`schedule`: the order in which the slices of a network are computed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp
from xdsl.dialects.func import FuncOp
from xdsl.ir import Block, Operation
from xdsl.passes import ModulePass
from xdsl.traits import IsTerminator
from xdsl.utils.exceptions import PassFailedException

from tinyts_dialect.interfaces import TensorOp

ORDERS = ("df", "bf", "staged")


def depth_first(operations: Sequence[Operation]) -> list[Operation]:
    """On demand: an op comes right before the first op that needs its result.

    Starting from the last op, operands are computed in their own order; so slice 0 of
    the output pulls through the network the rows that it needs, then slice 1, ...
    Operations whose result nobody reads keep their place at the end.
    """
    ordered: list[Operation] = []
    done: set[Operation] = set()
    waiting: set[Operation] = set()
    inside = set(operations)
    roots = [op for op in operations if not any(r.uses for r in op.results)]
    for root in roots:
        stack: list[tuple[Operation, int]] = [(root, 0)]
        while stack:
            op, position = stack.pop()
            if op in done:
                continue
            missing = None
            while missing is None and position < len(op.operands):
                producer = op.operands[position].owner
                if producer in inside and producer not in done:
                    missing = producer
                position += 1
            if not isinstance(missing, Operation):
                done.add(op)
                ordered.append(op)
                continue
            if missing in waiting:
                raise PassFailedException(f"schedule: {op.name} needs its own result")
            waiting.add(op)
            stack.append((op, position))
            stack.append((missing, 0))
    return ordered


def staged(operations: Sequence[Operation]) -> list[Operation]:
    """Stage by stage, depth first inside each; what has no stage belongs to the first.

    Slices and concats follow the ops that read them. An op that no op of its own stage
    needs is a root of that stage, in the order of the block.
    """
    computing = [op for op in operations if isinstance(op, TensorOp)]
    needed = {op: _computed_operands(op) for op in computing}
    stages: dict[int, list[TensorOp]] = {}
    for op in computing:
        stages.setdefault(_stage_of(op), []).append(op)
    ordered: list[Operation] = []
    for number in sorted(stages):
        inside = [
            [other for other in needed[op] if _stage_of(other) == number]
            for op in stages[number]
        ]
        ordered += _depth_first_stage(stages[number], inside)
    return _with_structure(ordered, operations)


def _stage_of(op: TensorOp) -> int:
    return 0 if op.stage is None else op.stage.value.data


def _computed_operands(op: Operation) -> list[TensorOp]:
    """The ops that compute the operands, seen through slices and concats."""
    found: dict[TensorOp, None] = {}
    waiting = list(reversed(op.operands))
    while waiting:
        owner = waiting.pop().owner
        if isinstance(owner, TensorOp):
            found[owner] = None
        elif isinstance(owner, Operation):
            waiting += reversed(owner.operands)
    return list(found)


def _depth_first_stage(
    operations: Sequence[TensorOp], needed: Sequence[Sequence[TensorOp]]
) -> list[Operation]:
    operands = dict(zip(operations, needed, strict=True))
    read = {operand for found in needed for operand in found}
    done: set[TensorOp] = set()
    ordered: list[Operation] = []
    for root in operations:
        stack = [] if root in read else [root]
        while stack:
            missing = [o for o in operands[stack[-1]] if o not in done]
            if missing:
                if missing[0] in stack:
                    raise PassFailedException(
                        f"schedule: {root.name} needs its own result"
                    )
                stack.append(missing[0])
                continue
            op = stack.pop()
            if op not in done:
                done.add(op)
                ordered.append(op)
    if len(ordered) < len(operations):
        raise PassFailedException("schedule: ops need their own results")
    return ordered


def _with_structure(
    ordered: Sequence[Operation], operations: Sequence[Operation]
) -> list[Operation]:
    """Puts slices, concats and constants right before the first op that reads them."""
    result: list[Operation] = []
    done: set[Operation] = set()
    inside = set(operations)
    for root in (*ordered, *operations):
        stack = [root]
        while stack:
            op = stack[-1]
            owners = [o.owner for o in op.operands]
            missing = next((o for o in owners if o in inside and o not in done), None)
            if missing is None:
                stack.pop()
                if op not in done:
                    done.add(op)
                    result.append(op)
            elif isinstance(missing, TensorOp):
                raise PassFailedException(
                    f"schedule: {_with_layer(missing)} is in a later stage than "
                    f"{_with_layer(root)}, which reads it"
                )
            elif isinstance(missing, Operation):
                stack.append(missing)
    return result


def _with_layer(op: Operation) -> str:
    return f"{op.name} of layer {op.layer_text()}" if isinstance(op, TensorOp) else (
        op.name
    )


def reorder(block: Block, order: Sequence[Operation]) -> None:
    """Puts the operations of a block, but for its terminator, into the given order."""
    for op in order:
        op.detach()
    terminator = block.last_op
    if terminator is None:
        block.add_ops(order)
    else:
        block.insert_ops_before(order, terminator)


@dataclass(frozen=True)
class Schedule(ModulePass):
    """Orders the ops: depth first (df), breadth first (bf), or stage by stage (staged).

    Breadth first is the order of the file, layer by layer. Staged means depth first
    inside each stage that `plan-stages` has written.
    """

    name = "schedule"

    order: str = "df"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        if self.order not in ORDERS:
            raise PassFailedException(
                f"schedule: order '{self.order}' is not one of {', '.join(ORDERS)}"
            )
        for function in op.walk():
            if not isinstance(function, FuncOp):
                continue
            for block in function.body.blocks:
                self._schedule(block)

    def _schedule(self, block: Block) -> None:
        terminator = block.last_op
        if self.order == "bf" or terminator is None:
            return
        operations = list(block.ops)
        find_order = staged if self.order == "staged" else depth_first
        if not terminator.has_trait(IsTerminator):
            reorder(block, find_order(operations))
            return
        if find_order is staged:
            operations = operations[:-1]
        ordered = find_order(operations)
        reorder(block, [op for op in ordered if op is not terminator])


PASS = Schedule
