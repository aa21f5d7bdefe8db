"""The C interface of a generated model: names, types and macros."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from emitc.program import Program
from tinyts_dialect.tsbuf import Port

C_KEYWORDS = frozenset(
    "auto break case char const continue default do double else enum extern float for "
    "goto if inline int long register restrict return short signed sizeof static "
    "struct switch typedef union unsigned void volatile while".split()
)


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
            f"{float(np.float32(port.quant.scale)):.9g}f",
        )
        for port, name in zip(ports, names, strict=True)
    ]


def c_name(name: str, default: str) -> str:
    """A C identifier made of a tensor's name."""
    cleaned = re.sub(r"\W+", "_", name, flags=re.ASCII).strip("_")
    if not cleaned:
        return default
    if cleaned[0].isdigit() or cleaned in C_KEYWORDS:
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
