"""The C interface of a generated model: names, types and macros."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from emitc.program import Program
from tinyts_dialect.tsbuf import Port

RESERVED_WORDS = frozenset(
    "alignas alignof and and_eq asm atomic auto bitand bitor bool break case catch "
    "char class compl concept const const_cast consteval constexpr constinit continue "
    "co_await co_return co_yield decltype default delete do double dynamic_cast else "
    "enum explicit export extern false float for friend goto if inline int long "
    "mutable namespace new noexcept not not_eq nullptr operator or or_eq private "
    "protected public register reinterpret_cast requires restrict return short signed "
    "sizeof static static_assert static_cast struct switch template this thread_local "
    "throw true try typedef typeid typename typeof union unsigned using virtual void "
    "volatile wchar_t while xor xor_eq NULL EOF errno linux unix i386 stdin stdout "
    "stderr t".split()
)
"""Keywords of C, C++ and GNU C, and macros of common headers and compilers.

`t` is here since the accessor `N_input_t()` would clash with the type.
"""


C_TYPES = {
    "int8": "int8_t",
    "uint8": "uint8_t",
    "int16": "int16_t",
    "int32": "int32_t",
    "float32": "float",
}
"""C types of inputs and outputs by the NumPy name."""


@dataclass(frozen=True)
class ApiPort:
    """An input or output as the header names it."""

    port: Port
    field: str
    """The member's name where there are several."""
    macro: str
    """Prefix of its macros."""
    offset: int | None
    """Offset in the arena; None where the caller gives the memory."""
    rows: int | None
    """How many rows the caller gives one by one; None where it gives them at once."""
    scale: str | None
    """The scale as a C literal; None of floats."""

    @property
    def size(self) -> int:
        return int(np.prod(self.port.shape, dtype=np.int64))

    @property
    def c_type(self) -> str:
        """The C type of its values."""
        return C_TYPES[self.port.dtype]

    @property
    def shape(self) -> str:
        """The dimensions as the body of an initializer."""
        return ", ".join(str(size) for size in self.port.shape)


def api_ports(program: Program, direction: str) -> list[ApiPort]:
    """The inputs or outputs with their C names."""
    ports = program.inputs if direction == "input" else program.outputs
    single = len(ports) == 1
    names = _unique([c_name(port.name, f"{direction}_{port.index}") for port in ports])
    kind = direction.upper()
    return [
        ApiPort(
            port,
            name,
            f"{program.name}_{kind}" if single else f"{program.name}_{kind}_{name}",
            program.arena_ports.get(port),
            program.row_ports.get(port),
            None if port.quant is None else _literal(port.quant.scale),
        )
        for port, name in zip(ports, names, strict=True)
    ]


def _literal(scale: float) -> str:
    return f"{float(np.float32(scale)):.9g}f"


def common_type(ports: Sequence[ApiPort]) -> str | None:
    """The C type of all inputs, or of all outputs; None where they differ."""
    types = {port.c_type for port in ports}
    return types.pop() if len(types) == 1 else None


def type_name(model: str, ports: Sequence[ApiPort], port: ApiPort) -> str:
    """How the header calls the type of one of the inputs or outputs."""
    if common_type(ports) is None:
        return port.c_type
    return f"{model}_{port.port.direction}_t"


def c_name(name: str, default: str) -> str:
    """A C identifier made of a tensor's name."""
    cleaned = re.sub(r"\W+", "_", name, flags=re.ASCII).strip("_")
    if not cleaned:
        return default
    if cleaned[0].isdigit() or cleaned in RESERVED_WORDS:
        return f"t_{cleaned}"
    return cleaned


def _unique(names: list[str]) -> list[str]:
    seen: dict[str, int] = {}
    unique: list[str] = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        candidate = name if seen[name] == 1 else f"{name}_{seen[name]}"
        while candidate in unique:
            seen[name] += 1
            candidate = f"{name}_{seen[name]}"
        unique.append(candidate)
    return unique
