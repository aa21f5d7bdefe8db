"""The C interface of a generated model: names, types and macros."""

from __future__ import annotations

import re
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
    scale: str
    """The scale as a C literal."""

    @property
    def size(self) -> int:
        return int(np.prod(self.port.shape, dtype=np.int64))

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
            f"{float(np.float32(port.quant.scale)):.9g}f",
        )
        for port, name in zip(ports, names, strict=True)
    ]


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
