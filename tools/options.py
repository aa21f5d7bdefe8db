"""The compile options, the same for all commands and for the Python API."""

from __future__ import annotations

import argparse
import re
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from emitc.project import reserved_names
from tools.user_errors import UserError

CHOICES = {
    "optimize": ("none", "sram", "speed"),
    "exec_order": ("df", "bf"),
    "input": ("external", "arena", "rows"),
    "output": ("external", "arena"),
    "target": ("host", "cortex-m7"),
    "kernels": ("tinyts", "cmsis-nn"),
    "fold_channels": ("on", "off"),
    "tiles": ("on", "off"),
}


@dataclass(frozen=True)
class CompileOptions:
    """Validated options; see `resolve` for what is derived from what was given."""

    optimize: str
    split_height: int | None
    split_width: int | None
    exec_order: str
    sram_limit: int | None
    flash_limit: int | None
    input: str
    output: str
    target: str
    kernels: str
    fold_channels: str
    tiles: str
    recompute: int
    alignment: int
    name: str | None
    plot: str | None

    def as_json(self) -> dict[str, str | int | None]:
        """The options in force, for the report; where the picture goes is no matter."""
        return {name: value for name, value in asdict(self).items() if name != "plot"}


OPTION_NAMES = tuple(field.name for field in fields(CompileOptions))
"""The options, named as on the command line, with underscores."""


def resolve(
    *,
    optimize: str | None = None,
    split_height: int | None = None,
    split_width: int | None = None,
    exec_order: str | None = None,
    sram_limit: int | str | None = None,
    flash_limit: int | str | None = None,
    input: str = "external",
    output: str = "external",
    target: str = "cortex-m7",
    kernels: str = "tinyts",
    fold_channels: str | None = None,
    tiles: str = "on",
    recompute: int = 0,
    alignment: int = 4,
    name: str | None = None,
    plot: str | Path | None = None,
) -> CompileOptions:
    """Options with their defaults; UserError where they contradict each other.

    A split height, a split width or an order is a fixed schedule and implies
    `optimize="none"`; a limit implies `optimize="speed"`.
    """
    fixed = (split_height, split_width, exec_order) != (None, None, None)
    limit = parse_size(sram_limit) if isinstance(sram_limit, str) else sram_limit
    flash = parse_size(flash_limit) if isinstance(flash_limit, str) else flash_limit
    if fixed and optimize in ("sram", "speed"):
        raise UserError(
            "options: --split-height, --split-width and --exec-order fix the schedule; "
            f"they do not go with --optimize {optimize}"
        )
    if fixed and limit is not None:
        raise UserError(
            "options: --sram-limit searches for a schedule; it does not go with "
            "--split-height, --split-width or --exec-order"
        )
    if optimize == "none" and limit is not None:
        raise UserError(
            "options: --sram-limit searches for a schedule; it does not go with "
            "--optimize none"
        )
    if limit is not None and limit < 0:
        raise UserError(f"options: limit {limit} is negative")
    if flash is not None and flash < 0:
        raise UserError(f"options: limit {flash} is negative")
    if split_height is not None and split_height < 1:
        raise UserError(f"options: split height {split_height} is less than 1")
    if split_width is not None and split_width < 1:
        raise UserError(f"options: split width {split_width} is less than 1")
    if recompute < 0:
        raise UserError(f"options: recompute {recompute} percent is less than 0")
    if recompute and optimize == "none":
        raise UserError(
            "options: --recompute is part of a search; it does not go with a fixed "
            "schedule"
        )
    if alignment < 1 or alignment & (alignment - 1):
        raise UserError(f"options: alignment {alignment} is not a power of two")
    if name is not None and not re.fullmatch(r"[A-Za-z_]\w*", name, re.ASCII):
        raise UserError(f"options: name {name!r} is not a C identifier")
    if name is not None and name.lower() in reserved_names():
        raise UserError(f"options: name '{name}' is that of a file of the runtime or C")
    if optimize is None:
        optimize = "none" if fixed else "sram" if limit is None else "speed"
    if fold_channels is None:
        fold_channels = "off" if optimize == "none" else "on"
    if fixed and split_height is None:
        split_height = 1
    options = CompileOptions(
        optimize=optimize,
        split_height=split_height,
        split_width=split_width,
        exec_order=exec_order or "df",
        sram_limit=limit,
        flash_limit=flash,
        input=input,
        output=output,
        target=target,
        kernels=kernels,
        fold_channels=fold_channels,
        tiles=tiles,
        recompute=recompute,
        alignment=alignment,
        name=name,
        plot=None if plot is None else str(plot),
    )
    for option, choices in CHOICES.items():
        value = getattr(options, option)
        if value not in choices:
            raise UserError(
                f"options: {option.replace('_', '-')} '{value}' is not one of "
                f"{', '.join(choices)}"
            )
    return options


def parse_size(text: str) -> int:
    """A number of bytes; `64K` and `1M` are multiples of 1024."""
    match = re.fullmatch(r"([0-9]+)([KkMm]?)", text.strip())
    if match is None:
        raise UserError(f"options: size '{text}' is not a number such as 65536 or 64K")
    factor = {"": 1, "k": 1024, "m": 1024**2}[match[2].lower()]
    return int(match[1]) * factor


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the compile options to a command."""
    group = parser.add_argument_group("compile options")

    def add(option: str, help: str, **arguments: Any) -> None:
        name = option.replace("-", "_")
        choices = CHOICES.get(name)
        group.add_argument(f"--{option}", choices=choices, help=help, **arguments)

    add("optimize", "none: whole tensors; sram (default): smallest arena; speed: "
        "fewest instructions, as estimated")
    add("split-height", "cut every tensor into slices of this many rows", type=int,
        metavar="ROWS")
    add("split-width", "cut every tensor into slices of this many columns", type=int,
        metavar="COLUMNS")
    add("exec-order", "order of the slices: depth first (default) or breadth first")
    add("sram-limit", "fastest schedule whose memory fits, such as 64K",
        metavar="BYTES")
    add("flash-limit", "bytes that code and constants may have, as estimated (default: "
        "those of TFLite Micro with the model file)", metavar="BYTES")
    add("input", "external (default): in the caller's memory; arena: in the arena; "
        "rows: asked for row by row", default="external")
    add("output", "where the output lies (default external)", default="external")
    add("target", "what the C is compiled for (default cortex-m7)",
        default="cortex-m7")
    add("kernels", "cmsis-nn: CMSIS-NN computes all layers that it can, from a "
        "checkout that CMSIS_NN_DIR names (default tinyts)", default="tinyts")
    add("fold-channels", "remove channels that are constant (default on for sram and "
        "speed)")
    add("tiles", "allow slices of columns where they make the smallest arena smaller "
        "(default on)", default="on")
    add("recompute", "percent by which the multiply-accumulates may grow for a smaller "
        "arena (default 0)", type=int, default=0, metavar="PERCENT")
    add("alignment", "alignment of buffers in bytes (default 4)", type=int, default=4,
        metavar="BYTES")
    add("plot", "draw the arena: addresses against time", metavar="F.svg")
    add("name", "name of the model in C (default: the file's stem)", metavar="NAME")


def from_arguments(arguments: argparse.Namespace) -> CompileOptions:
    """The options of a parsed command line."""
    return resolve(**{name: getattr(arguments, name) for name in OPTION_NAMES})
