"""What a function must be to be lowered, and the ports that its user sees."""

from __future__ import annotations

from collections.abc import Mapping
from math import prod

from xdsl.dialects.builtin import (
    ArrayAttr,
    IntegerAttr,
    ModuleOp,
    StringAttr,
    UnregisteredOp,
)
from xdsl.dialects.func import FuncOp, ReturnOp
from xdsl.ir import Attribute
from xdsl.utils.exceptions import PassFailedException, VerifyException

from lowering.variables import network_arguments, network_results, variables_of
from tinyts_dialect.interfaces import TensorOp
from tinyts_dialect.ops.structure import ConcatOp, ConstantOp, SliceOp
from tinyts_dialect.tensors import dtype_of, end_quant_of, shape_of
from tinyts_dialect.tsbuf import ArenaOp, Port


def check_lowerable(module: ModuleOp, function: FuncOp) -> None:
    """PassFailedException that names what cannot be lowered as a whole."""
    what = f"convert-tinyts-to-tsbuf: function @{function.sym_name.data}"
    if any(isinstance(op, ArenaOp) for op in module.body.block.ops):
        raise PassFailedException(f"{what} is already lowered to tsbuf; run it once")
    blocks = len(function.body.blocks)
    if blocks != 1:
        raise PassFailedException(
            f"{what} has {blocks} blocks; only one block can be lowered"
        )
    for op in function.body.block.ops:
        if not isinstance(op, TensorOp | ConstantOp | SliceOp | ConcatOp | ReturnOp):
            name = op.op_name.data if isinstance(op, UnregisteredOp) else op.name
            raise PassFailedException(
                f"{what} contains {name}, which has no lowering; only operations of "
                "the tinyts dialect have one"
            )
    try:
        variables_of(function)
    except VerifyException as error:
        raise PassFailedException(f"{what}: {error}") from error
    kinds = function.function_type
    for kind, types, positions in (
        ("argument", kinds.inputs.data, network_arguments(function)),
        ("result", kinds.outputs.data, network_results(function)),
    ):
        if not positions:
            raise PassFailedException(f"{what} has no {kind}s; give it at least one")
        for index in positions:
            try:
                end_quant_of(types[index])
            except VerifyException as error:
                raise PassFailedException(
                    f"{what}: {kind} {index}: {error}"
                ) from error


def ports_of(function: FuncOp, direction: str) -> list[Port]:
    """The inputs or outputs of a function, as its user sees them: without variables."""
    is_input = direction == "input"
    kind = function.function_type
    types = kind.inputs if is_input else kind.outputs
    listed = function.arg_attrs if is_input else function.res_attrs
    ports: list[Port] = []
    positions = (network_arguments if is_input else network_results)(function)
    for index, position in enumerate(positions):
        attributes = listed.data[position].data if listed else {}
        type_ = types.data[position]
        name, layer = attributes.get("tinyts.name"), attributes.get("tinyts.layer")
        if not isinstance(name, StringAttr | None):
            raise PassFailedException(
                f"convert-tinyts-to-tsbuf: tinyts.name of {direction} {index} is no "
                "string"
            )
        if not isinstance(layer, IntegerAttr | None):
            raise PassFailedException(
                f"convert-tinyts-to-tsbuf: tinyts.layer of {direction} {index} is no "
                "integer"
            )
        ports.append(
            Port(
                "input" if is_input else "output",
                index,
                getattr(name, "data", f"{direction}_{index}"),
                -1 if layer is None else layer.value.data,  # pyright: ignore
                file_shape(attributes, shape_of(type_)),
                end_quant_of(type_),
                dtype_of(type_).name,
            )
        )
    return ports


def file_shape(
    attributes: Mapping[str, Attribute], shape: tuple[int, ...]
) -> tuple[int, ...]:
    """The shape that the user sees of an argument or result: `tinyts.shape`, if any."""
    attribute = attributes.get("tinyts.shape")
    if attribute is None:
        return shape
    sizes = attribute.data if isinstance(attribute, ArrayAttr) else ()
    listed = tuple(s.value.data for s in sizes if isinstance(s, IntegerAttr))
    if len(listed) != len(sizes) or prod(listed) != prod(shape):
        raise PassFailedException(
            f"convert-tinyts-to-tsbuf: tinyts.shape {attribute} is no shape of "
            f"{prod(shape)} elements"
        )
    return listed
