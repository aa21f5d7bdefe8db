"""`python -m tools.firmware`: builds firmware for a board, drives it over its port."""

from __future__ import annotations

import argparse
import contextlib
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from emitc.firmware import BENCHMARKS, UPLOADS
from emitc.read_program import tensor_name
from tools.compile import check_outputs
from tools.compiler import compile_path
from tools.emulator.boards import board
from tools.emulator.machine import DEFAULT_BOARD
from tools.firmware.build import board_layer, build_firmware
from tools.firmware.client import Device
from tools.firmware.serial_port import SerialPort, emulated_port
from tools.options import add_arguments, from_arguments
from tools.report import imported_layers, operator_name
from tools.user_errors import CommandParser, UserError, run_command

LAYERS = "layers.txt"
"""What a profile build leaves for the host: number, operator and name of tensors."""


def _build(parsed: argparse.Namespace) -> int:
    target = board(parsed.board)
    board_layer(target)  # before the search, which may take long
    check_outputs(None, parsed.output_dir)
    compiled = compile_path(parsed.model, from_arguments(parsed))
    built = build_firmware(
        compiled.program,
        parsed.output_dir,
        target,
        parsed.mlperf or None,
        parsed.upload,
        parsed.profile_layers,
    )
    lines = [
        f"{layer} {operator_name(op)} '{tensor_name(op)}'"
        for op, layer in imported_layers(compiled)
    ]
    (parsed.output_dir / LAYERS).write_text("\n".join(lines) + "\n")
    print(
        f"{built.binary}: arena {compiled.arena_bytes} bytes in {built.arena_memory}, "
        f"flash at {target.memory['flash'].origin:#010x}"
    )
    return 0


def _drive(parsed: argparse.Namespace) -> int:
    if (parsed.port is None) == (parsed.qemu is None):
        raise UserError("give either a serial port or --qemu firmware.elf")
    names = _layer_names(parsed.qemu.parent if parsed.qemu else Path())
    with contextlib.ExitStack() as stack:
        path = parsed.port or stack.enter_context(
            emulated_port(parsed.qemu, board(DEFAULT_BOARD))
        )
        device = Device(stack.enter_context(SerialPort(path, parsed.baud)))
        print(f"{device.name}, model {device.model()}")
        for data in _uploads(parsed.data):
            device.load(data)
            inference = device.infer(parsed.iterations, parsed.warm_up)
            print(f"results {', '.join(f'{value:.3f}' for value in inference.results)}")
            print(inference.latency)
        if parsed.layers:
            for layer, cycles in device.layers().items():
                print(f"{cycles:>12}  tensor {layer} {names.get(layer, '')}")
    return 0


def _layer_names(folder: Path) -> dict[int, str]:
    file = folder / LAYERS
    if not file.is_file():
        return {}
    lines = (line.partition(" ") for line in file.read_text().splitlines())
    return {int(number): rest for number, _, rest in lines}


def _uploads(files: Sequence[Path]) -> list[bytes]:
    """The runs of .npy files, whose leading axis is runs; other files as they are."""
    uploads: list[bytes] = []
    for file in files:
        if file.suffix != ".npy":
            uploads.append(file.read_bytes())
            continue
        uploads += [run.tobytes() for run in np.load(file, allow_pickle=False)]
    return uploads


def _parser() -> CommandParser:
    parser = CommandParser("python -m tools.firmware", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="build|drive")
    build = commands.add_parser("build", help="compile a model to a board's firmware")
    build.set_defaults(command=_build)
    build.add_argument("model", type=Path)
    build.add_argument("-o", "--output-dir", type=Path, required=True, metavar="OUT")
    build.add_argument("--board", default="nucleo_f767zi", help="a file of boards/")
    build.add_argument(
        "--mlperf", choices=sorted(BENCHMARKS), help="the model is one of MLPerf Tiny's"
    )
    build.add_argument(
        "--upload", choices=UPLOADS, help="what the host sends (default raw)"
    )
    build.add_argument(
        "--profile-layers", action="store_true", help="count cycles of every layer"
    )
    add_arguments(build)
    drive = commands.add_parser("drive", help="upload inputs, infer, print results")
    drive.set_defaults(command=_drive, model=Path("firmware"))
    drive.add_argument("port", nargs="?", help="such as /dev/ttyACM0")
    drive.add_argument("--qemu", type=Path, metavar="firmware.elf")
    drive.add_argument("--baud", type=int, default=115200)
    drive.add_argument("--data", type=Path, action="append", default=[])
    drive.add_argument("--iterations", type=int, default=10)
    drive.add_argument("--warm-up", type=int, default=1)
    drive.add_argument("--layers", action="store_true", help="of a profile build")
    for command in (build, drive):
        command.add_argument("--debug", action="store_true")
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Entry point; the exit code."""
    parsed = _parser().parse_args(arguments)
    return run_command(lambda: parsed.command(parsed), str(parsed.model), parsed.debug)


if __name__ == "__main__":
    sys.exit(main())
