"""The variables of a function: state that stays from one run to the next.

A variable is an argument, its value before the run, and a result, the value after it.
Both have the attribute `tinyts.variable`, the variable's number; `tinyts.initial` of
the argument is what it holds after a reset, zeros of its quantization where absent.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from xdsl.dialects.builtin import (
    ArrayAttr,
    DenseIntOrFPElementsAttr,
    DictionaryAttr,
    IntegerAttr,
    StringAttr,
    i16,
)
from xdsl.dialects.func import FuncOp
from xdsl.ir import Attribute
from xdsl.utils.exceptions import VerifyException

from tinyts_dialect.tensors import byte_image, quant_of, shape_of, tensor_type
from tinyts_dialect.tsbuf import Image

NUMBER = "tinyts.variable"
INITIAL = "tinyts.initial"

Attributes = Mapping[str, Attribute]


@dataclass(frozen=True)
class Variable:
    """One variable; `argument` and `result` are positions in the function's lists."""

    number: int
    name: str
    argument: int
    result: int
    type: Attribute
    initial: DenseIntOrFPElementsAttr | None

    @property
    def image(self) -> Image:
        """Its bytes as kernels address them; values of 16 bits are two bytes each."""
        return variable_image(self.type)


def variable_image(type_: Attribute) -> Image:
    """The bytes of a value of the type of a variable."""
    return Image(*byte_image(type_))


def place_after(end: int, alignment: int) -> int:
    """Where a variable begins in the persistent memory, behind those before it."""
    return -(-end // alignment) * alignment


def persistent_bytes(function: FuncOp, alignment: int) -> int:
    """Size of the memory of the variables of a function."""
    end = 0
    for variable in variables_of(function):
        end = place_after(end, alignment) + variable.image.bytes
    return end


def zero_of(type_: Attribute) -> int:
    """The stored value that means 0."""
    if tensor_type(type_).element_type == i16:
        return 0
    return quant_of(type_).zero_point


def variables_of(function: FuncOp) -> list[Variable]:
    """The variables of a function, in the order of its arguments.

    VerifyException where an argument and its result do not go together.
    """
    results = _numbered(function.res_attrs)
    types = function.function_type
    found: list[Variable] = []
    for number, (position, attributes) in _numbered(function.arg_attrs).items():
        if number not in results:
            raise VerifyException(f"variable {number} is no result of the function")
        result = results.pop(number)[0]
        type_ = types.inputs.data[position]
        if types.outputs.data[result] != type_:
            raise VerifyException(
                f"variable {number} is {type_} as an argument and "
                f"{types.outputs.data[result]} as a result"
            )
        name, initial = attributes.get("tinyts.name"), attributes.get(INITIAL)
        found.append(
            Variable(
                number,
                name.data if isinstance(name, StringAttr) else "",
                position,
                result,
                type_,
                _checked_initial(number, type_, initial),
            )
        )
    if results:
        raise VerifyException(
            f"variable {next(iter(results))} is no argument of the function"
        )
    return found


def _checked_initial(
    number: int, type_: Attribute, initial: Attribute | None
) -> DenseIntOrFPElementsAttr | None:
    element = tensor_type(type_).element_type
    if element != i16:
        quant_of(type_)
    if initial is None:
        return None
    if (
        not isinstance(initial, DenseIntOrFPElementsAttr)
        or initial.get_element_type() != element
        or initial.get_shape() != shape_of(type_)
        or not initial.shape_is_complete
    ):
        raise VerifyException(
            f"{INITIAL} of variable {number} is no constant of its shape and type"
        )
    return initial


def _numbered(
    listed: ArrayAttr[DictionaryAttr] | None,
) -> dict[int, tuple[int, Attributes]]:
    """Of each variable among arguments or results the position and the attributes."""
    found: dict[int, tuple[int, Attributes]] = {}
    for position, attributes in enumerate(listed or ()):
        number = attributes.data.get(NUMBER)
        if number is None:
            continue
        if not isinstance(number, IntegerAttr):
            raise VerifyException(f"{NUMBER} is no integer")
        if number.value.data in found or number.value.data < 0:
            raise VerifyException(
                f"variable {number.value.data} occurs twice or is negative"
            )
        found[number.value.data] = position, attributes.data
    return found


def network_arguments(function: FuncOp) -> list[int]:
    """The positions of the arguments that are inputs of the network."""
    return _others(len(function.function_type.inputs), function.arg_attrs)


def network_results(function: FuncOp) -> list[int]:
    """The positions of the results that are outputs of the network."""
    return _others(len(function.function_type.outputs), function.res_attrs)


def _others(count: int, listed: Sequence[DictionaryAttr] | None) -> list[int]:
    return [
        position
        for position in range(count)
        if not listed or NUMBER not in list(listed)[position].data
    ]
