"""The generated program as data: what the printer prints."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from emitc.roll import Call
from lowering.kernel_choice.instances import Instance, parse_instance
from tinyts_dialect.tsbuf import Image, Port

Initializer: TypeAlias = "int | str | Mapping[str, Initializer] | list[str]"
"""An integer, an expression, a structure by field, or an array of expressions."""


@dataclass(frozen=True)
class Tensor:
    """A `tinyts_tensor`."""

    name: str
    image: Image
    memory: int
    row_offsets: tuple[int | None, ...]
    """Offset of each row from the base of the memory; None where no row exists."""
    pixel_pitch: int
    """Bytes from pixel to pixel of a row."""


@dataclass(frozen=True)
class Tiles:
    """A `tinyts_tiles`: columns that are tensors by themselves, from left to right."""

    name: str
    columns: tuple[Tensor, ...]
    borders: tuple[int, ...]
    """Where each column begins, then the width."""


@dataclass(frozen=True)
class Constant:
    """An array in flash."""

    name: str
    array: npt.NDArray[np.generic]


@dataclass(frozen=True)
class Variable:
    """State that stays from run to run, at a place of the persistent memory."""

    number: int
    name: str
    offset: int
    bytes: int
    initial: npt.NDArray[np.generic] | None
    """What a reset writes; None where all bytes are `zero`."""
    zero: int


PERSISTENT = "persistent"
"""The memory of the variables, among those of constants and ports."""


class Completion(NamedTuple):
    """A call that ends at row `last` of its input writes all `rows` of its output."""

    last: int
    rows: int


@dataclass(frozen=True)
class Layer:
    """A constant structure that describes one layer to its kernel."""

    name: str
    kernel: str
    layer: int
    """The tensor that it computes, as numbered in the model file."""
    output: str
    """The tensor that it writes."""
    comment: str
    """The name of that tensor in the model file."""
    fields: Mapping[str, Initializer]
    arrays: Mapping[str, list[str]]
    """Fields that are arrays of pointers to tensors, with the tensors' names."""
    functions: frozenset[str] = frozenset()
    """Functions of the runtime that fields name, without `tinyts_`."""
    takes_tiles: bool = False
    """Whether its tensors are `tinyts_tiles`."""
    recorded: bool = True
    """Whether what its calls write are whole rows of the tensor `layer`."""
    source: Port | None = None
    """The input whose rows the caller fills in; such a layer has no structure."""
    completion: Completion | None = None
    """Where calls name rows of an input: which of them completes the output."""


@dataclass
class Program:
    """Everything of one model's C source."""

    name: str
    arena_bytes: int
    alignment: int
    inputs: list[Port] = field(default_factory=list[Port])
    outputs: list[Port] = field(default_factory=list[Port])
    arena_ports: dict[Port, int] = field(default_factory=dict[Port, int])
    """Offsets of the inputs and outputs that lie in the arena."""
    row_ports: dict[Port, int] = field(default_factory=dict[Port, int])
    """How many rows those inputs have that come row by row."""
    memories: list[Port | str] = field(default_factory=list[Port | str])
    """The memories behind the arena: ports of the caller, names of constants."""
    tensors: list[Tensor] = field(default_factory=list[Tensor])
    variables: list[Variable] = field(default_factory=list[Variable])
    """In the order of their places."""
    tiles: list[Tiles] = field(default_factory=list[Tiles])
    constants: list[Constant] = field(default_factory=list[Constant])
    layers: list[Layer] = field(default_factory=list[Layer])
    calls: list[Call] = field(default_factory=list[Call])

    @property
    def persistent_bytes(self) -> int:
        """Size of the memory of the variables."""
        last = self.variables[-1:]
        return sum(item.offset + item.bytes for item in last)

    @property
    def ram_bytes(self) -> int:
        """All memory that the model needs, but for the stack."""
        return self.arena_bytes + self.persistent_bytes

    def kernels(self) -> list[str]:
        """The kernels that are called, sorted."""
        return sorted({layer.kernel for layer in self.layers})

    def functions(self) -> set[str]:
        """The functions of the runtime that layers name."""
        return set[str]().union(*(layer.functions for layer in self.layers))

    def sources(self) -> list[str]:
        """The files of those kernels and of the functions that layers name, sorted."""
        files = {name for name in self.functions() if parse_instance(name) is None}
        return sorted({*self.kernels(), *files})

    def instances(self) -> dict[str, Instance]:
        """The functions that are instances of macros, by name, sorted."""
        found = {name: parse_instance(name) for name in sorted(self.functions())}
        return {name: item for name, item in found.items() if item is not None}

    def instance_headers(self) -> list[str]:
        """The headers of those macros, without `.h`, sorted."""
        return sorted({item.header for item in self.instances().values()})
