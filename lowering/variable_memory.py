"""Where the variables of a function live, and when they get their next values."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import NoReturn

from xdsl.dialects.builtin import DenseIntOrFPElementsAttr, TensorType, i8
from xdsl.dialects.func import FuncOp, ReturnOp
from xdsl.ir import OpResult, SSAValue
from xdsl.utils.exceptions import PassFailedException

from lowering.accesses import held_bytes
from lowering.storage import Storage
from lowering.tables import Tables
from lowering.variables import Variable, variables_of, zero_of
from tinyts_dialect.ops.assign import AssignOp
from tinyts_dialect.stateful import StatefulOp
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


def place_variables(function: FuncOp, storage: Storage, tables: Tables) -> None:
    """Gives what the function returns for its variables their memory.

    PassFailedException where neither `tinyts.assign` nor a kernel that updates the
    variable makes the value.
    """
    block = function.body.block
    terminator = block.last_op
    if not isinstance(terminator, ReturnOp):
        raise PassFailedException(
            "convert-tinyts-to-tsbuf: a function must end with func.return"
        )
    for variable in variables_of(function):
        value = terminator.arguments[variable.result]
        argument = block.args[variable.argument]
        if value is argument:
            continue  # it never changes
        if not value.has_one_use():
            _fail(variable, "its next value is read; read what is assigned instead")
        key = next_key(variable.number)
        if isinstance(value.owner, AssignOp):
            key = storage.rows(value).tensor
        elif not _is_updated(value, argument):
            _fail(
                variable,
                "its next value is neither made by tinyts.assign nor by an operation "
                "that alone reads and updates it",
            )
        tables.add_variable(key, persistent_buffer(variable, next=True))


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
