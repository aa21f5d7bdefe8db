"""A static bound of the stack: the compiler's frames along the tree of calls."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from tools.emulator import toolchain
from tools.user_errors import UserError

HEAD = re.compile(r"^([0-9a-f]+) <([^>]+)>:$")
INSTRUCTION = re.compile(r"^\s*([0-9a-f]+):\t[0-9a-f ]+\t(\S+)\s*(.*)$")
INDIRECT = "*"
"""A call through a pointer."""

JUMP = "bx"
"""A jump through a register: a last call in C, a step in a loop in assembly."""


@dataclass
class Function:
    """A function of the program as it was linked."""

    frame: int = 0
    """Bytes that its instructions push or reserve."""
    calls: set[str] = field(default_factory=set[str])


def stack_bound(program: Path, root: str, usage: Iterable[Path]) -> int:
    """Bytes of stack that a function needs at most, with all that it calls.

    `usage` are the compiler's files of stack usage; what they do not name, such as
    assembly and the C library, is read off the instructions. A call through a pointer
    may go to every function whose address is taken.
    """
    functions = _functions(program)
    frames = _frames(usage)
    targets = _addresses_taken(program) & set(functions)

    def frame(name: str) -> int:
        # A naked function, written in assembly, has no frame for the compiler.
        return frames.get(name.partition(".")[0], 0) or functions[name].frame

    def bound(name: str, path: tuple[str, ...]) -> int:
        called = functions[name].calls
        compiled = name.partition(".")[0] in frames
        indirect = INDIRECT in called or (JUMP in called and compiled)
        names = (called - {INDIRECT, JUMP}) | (targets if indirect else set())
        below = [_deeper(callee, (*path, name)) for callee in sorted(names)]
        return frame(name) + max(below, default=0)

    @cache
    def _deeper(name: str, path: tuple[str, ...]) -> int:
        if name not in functions or name in path:
            return 0
        return bound(name, path)

    if root not in functions:
        raise UserError(f"{program}: there is no function {root}")
    return bound(root, ())


def _frames(files: Iterable[Path]) -> Mapping[str, int]:
    """Bytes by the name of a function; the most where several have one name."""
    frames: dict[str, int] = {}
    for file in files:
        for line in file.read_text().splitlines():
            place, size, _ = line.split("\t")
            name = place.rpartition(":")[2].partition(".")[0]
            frames[name] = max(frames.get(name, 0), int(size))
    return frames


def _functions(program: Path) -> dict[str, Function]:
    functions: dict[str, Function] = {}
    current = Function()
    name = ""
    text = toolchain.call(["arm-none-eabi-objdump", "-d", str(program)])
    for line in text.splitlines():
        head = HEAD.match(line)
        if head:
            name = head[2]
            current = functions.setdefault(name, Function())
            continue
        found = INSTRUCTION.match(line)
        if found:
            _read(current, name, found[2].partition(".")[0], found[3])
    return functions


def _read(function: Function, name: str, operation: str, operands: str) -> None:
    """Adds what an instruction pushes or calls to its function."""
    target = re.search(r"<([^>+]+)>", operands)
    if operation.startswith("b") and target and target[1] != name:
        function.calls.add(target[1])
    elif operation == "blx":
        function.calls.add(INDIRECT)
    elif operation == "bx" and operands != "lr":
        function.calls.add(JUMP)
    elif operation in ("push", "vpush", "stmdb") and (
        operation != "stmdb" or operands.startswith("sp!")
    ):
        function.frame += sum(map(_bytes_of, _registers(operands)))
    elif operation in ("sub", "subw") and operands.startswith("sp"):
        size = re.search(r"#(\d+)", operands)
        function.frame += int(size[1]) if size else 0
    elif operation in ("str", "strd"):
        size = re.search(r"\[sp, #-(\d+)\]!", operands)
        function.frame += int(size[1]) if size else 0


def _registers(operands: str) -> list[str]:
    inside = operands[operands.index("{") + 1 : operands.index("}")]
    registers: list[str] = []
    for part in inside.split(","):
        first, _, last = part.strip().partition("-")
        if not last:
            registers.append(first)
            continue
        kind = first[0]
        registers += [
            f"{kind}{number}" for number in range(int(first[1:]), int(last[1:]) + 1)
        ]
    return registers


def _bytes_of(register: str) -> int:
    return 8 if register.startswith("d") else 4


def _addresses_taken(program: Path) -> set[str]:
    """Names of functions whose address is stored or loaded somewhere."""
    text = toolchain.call(["arm-none-eabi-readelf", "-rW", str(program)])
    pattern = re.compile(r"R_ARM_(?:ABS32|THM_MOVW_ABS_NC)\s+\S+\s+(\S+)")
    return set(pattern.findall(text))
