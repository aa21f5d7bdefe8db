"""Where the variables of a function live, and when they get their next values."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence
from typing import NoReturn

from xdsl.dialects.builtin import DenseIntOrFPElementsAttr, TensorType, i8
from xdsl.dialects.func import FuncOp, ReturnOp
from xdsl.ir import OpResult, SSAValue
from xdsl.utils.exceptions import PassFailedException

from lowering.accesses import held_bytes
from lowering.places.concatenation_places import Sources
from lowering.places.storage import Rows, Storage, returned_tensors
from lowering.places.tables import Tables
from lowering.variables import Variable, variables_of, zero_of
from tinyts_dialect.interfaces import TensorOp
from tinyts_dialect.ops.assign import AssignOp
from tinyts_dialect.ops.fused_rows import FusedRowsOp
from tinyts_dialect.ops.reshape import ReshapeOp
from tinyts_dialect.stateful import StatefulOp
from tinyts_dialect.streaming import StepOp
from tinyts_dialect.tsbuf import KernelOp, PersistentOp


def persistent_buffer(variable: Variable, next: bool) -> PersistentOp:
    """The buffer of a variable's value before the run, or of the next one."""
    initial = variable.initial
    if initial is not None and initial.get_element_type() != i8:
        size = len(initial.data.data)
        initial = DenseIntOrFPElementsAttr(TensorType(i8, (size,)), initial.data)
    return PersistentOp(
        variable.image,
        variable.number,
        variable.name,
        next,
        initial,
        zero_of(variable.type),
    )


def next_key(number: int) -> Hashable:
    """The key of the table of a variable's next value."""
    return ("next", number)


def place_variables(
    function: FuncOp, storage: Storage, tables: Tables, sources: Sources
) -> set[AssignOp]:
    """Gives what the function returns for its variables their memory.

    Where nothing but the assignment reads a tensor, its kernels write the variable
    itself; the assignments that have nothing left to do. PassFailedException where
    neither `tinyts.assign` nor a kernel that updates the variable makes the value.
    """
    written: set[AssignOp] = set()
    block = function.body.block
    terminator = block.last_op
    if not isinstance(terminator, ReturnOp):
        raise PassFailedException(
            "convert-tinyts-to-tsbuf: a function must end with func.return"
        )
    variables = variables_of(function)
    readers = _readers(function, storage, sources) if variables else Counter()
    for variable in variables:
        value = terminator.arguments[variable.result]
        argument = block.args[variable.argument]
        if value is argument:
            continue  # it never changes
        if not value.has_one_use():
            _fail(variable, "its next value is read; read what is assigned instead")
        key = next_key(variable.number)
        if isinstance(value.owner, AssignOp):
            key = storage.rows(value).tensor
            source = storage.rows(value.owner.input)
            if _writes_itself(source, storage, readers, sources):
                key = source.tensor
                written.add(value.owner)
        elif not _is_updated(value, argument):
            _fail(
                variable,
                "its next value is neither made by tinyts.assign nor by an operation "
                "that alone reads and updates it",
            )
        tables.add_variable(key, persistent_buffer(variable, next=True))
    return written


def _readers(
    function: FuncOp, storage: Storage, sources: Sources
) -> Counter[Hashable]:
    """How many operations read each tensor, the function's result among them."""
    found = Counter[Hashable]()
    for op in function.body.block.ops:
        if isinstance(op, TensorOp):
            found.update({rows.tensor for rows in sources(op)})
    found.update(rows.tensor for rows in returned_tensors(function, storage))
    return found


def _writes_itself(
    rows: Rows, storage: Storage, readers: Counter[Hashable], sources: Sources
) -> bool:
    """Whether the kernels of a tensor may write a variable, which alone reads it.

    They may wait for the last reader of the old value: they hand nothing on to each
    other, and read no variable.
    """
    tensor = storage.tensors[rows.tensor]
    if readers[rows.tensor] != 1 or rows.interval != (0, tensor.image.height):
        return False
    owners = [value.owner for value, _ in tensor.parts]
    return all(
        isinstance(op, TensorOp)
        and not isinstance(op, ReshapeOp | StepOp | FusedRowsOp | StatefulOp)
        and all(_is_computed(source, storage) for source in sources(op))
        for op in owners
    )


def _is_computed(rows: Rows, storage: Storage) -> bool:
    """Whether a tensor has bytes of its own, which are no variable's."""
    owners = [value.owner for value, _ in storage.tensors[rows.tensor].parts]
    return all(
        isinstance(owner, TensorOp) and not isinstance(owner, ReshapeOp)
        for owner in owners
    )


def _is_updated(value: SSAValue, argument: SSAValue) -> bool:
    """Whether an operation makes the value of the argument, which nobody else reads."""
    return (
        isinstance(value.owner, StatefulOp)
        and argument.has_one_use()
        and any(
            update.before is argument and update.after is value
            for update in value.owner.updates()
        )
    )


def number_of(result: OpResult) -> int | None:
    """The number of the variable as which the function returns a result."""
    for use in result.uses:
        function = use.operation.parent_op()
        if isinstance(use.operation, ReturnOp) and isinstance(function, FuncOp):
            for variable in variables_of(function):
                if variable.result == use.index:
                    return variable.number
    return None


def after_last_reader(calls: Sequence[KernelOp]) -> list[KernelOp]:
    """The calls, each assignment behind the last call that reads the old value."""
    ordered = list(calls)
    for _ in calls:
        late = _first_early(ordered)
        if late is None:
            return ordered
        call, last = late
        ordered.remove(call)
        ordered.insert(last, call)
    raise PassFailedException(
        "convert-tinyts-to-tsbuf: variables are assigned each other's old values; "
        "assign a copy of one of them"
    )


def _first_early(calls: Sequence[KernelOp]) -> tuple[KernelOp, int] | None:
    """An assignment before a reader of the old value, and the last such reader."""
    last_read = {
        part.buffer.number: index
        for index, call in enumerate(calls)
        for access in call.reads()
        for _, part in held_bytes(access)
        if isinstance(part.buffer, PersistentOp) and part.buffer.next is None
    }
    for index, call in enumerate(calls):
        for access in call.writes():
            for _, part in held_bytes(access):
                if isinstance(part.buffer, PersistentOp):
                    last = last_read.get(part.buffer.number, -1)
                    if last > index:
                        return call, last
    return None


def _fail(variable: Variable, message: str) -> NoReturn:
    raise PassFailedException(
        f"convert-tinyts-to-tsbuf: variable {variable.number} '{variable.name}': "
        f"{message}"
    )
