"""Running an image in QEMU, with exact counts of instructions between its marks."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from tools.emulator import toolchain
from tools.emulator.boards import board
from tools.emulator.image import EMULATOR, Image, build_image
from tools.host_run import compiler_command
from tools.user_errors import CommandParser, UserError, run_command

TIMEOUT_SECONDS = 600
COUNTS = "counts.txt"
"""What the plugin leaves in the directory of a run."""


@dataclass(frozen=True)
class Count:
    """Instructions between a pair of marks: each time, and in all."""

    calls: int
    least: int
    most: int
    total: int


@dataclass(frozen=True)
class EmulatedRun:
    """What a program printed, how it ended, what it executed."""

    exit_code: int
    stdout: bytes
    stderr: str
    counts: dict[int, Count]
    """By the number of the marks."""
    steps: dict[int, int]
    """Instructions of each layer in region 0; -1 is what came before the first."""


def run_image(
    image: Image,
    directory: Path,
    arguments: Sequence[str] = (),
    stdin: bytes = b"",
    timeout: float = TIMEOUT_SECONDS,
) -> EmulatedRun:
    """Runs a program with `directory` as its working directory.

    `-icount shift=0` makes a run deterministic: an instruction is a nanosecond.
    """
    toolchain.require()
    marks, counts = directory / "marks.txt", directory / COUNTS
    marks.write_text("".join(
        f"{mark.address:x} {mark.kind} {mark.number}\n" for mark in image.marks
    ))  # fmt: skip
    counts.unlink(missing_ok=True)
    words = ",".join(f"arg={word}" for word in (image.path.name, *arguments))
    command = [
        toolchain.QEMU, "-M", str(image.board.qemu), "-icount", "shift=0",
        "-nographic", "-monitor", "none", "-serial", "none",
        "-semihosting-config", f"enable=on,target=native,{words}",
        "-plugin", f"{_plugin()},marks={marks.resolve()},out={counts.resolve()}",
        "-kernel", str(image.path),
    ]  # fmt: skip
    done = subprocess.run(
        command, cwd=directory, capture_output=True, input=stdin, timeout=timeout
    )
    errors = done.stderr.decode(errors="replace")
    if not counts.is_file():
        raise UserError(f"{toolchain.QEMU}: {errors.strip() or 'no counts'}")
    return EmulatedRun(done.returncode, done.stdout, errors, *read_counts(directory))


def read_counts(directory: Path) -> tuple[dict[int, Count], dict[int, int]]:
    """Counts and steps of the last run in a directory, as in `EmulatedRun`."""
    counts: dict[int, Count] = {}
    steps: dict[int, int] = {}
    for line in (directory / COUNTS).read_text().splitlines():
        kind, *values = line.split()
        if kind == "count":
            number, *fields = map(int, values)
            counts[number] = Count(*fields)
        elif kind == "step":
            steps[int(values[0])] = int(values[1])
    return counts, steps


def _plugin() -> Path:
    """The counting plugin, built by the host's compiler once for each text of it."""
    source = EMULATOR / "count_plugin.c"
    command = [
        compiler_command(), "-shared", "-fPIC", "-O2", "-fvisibility=hidden",
        f"-DPLUGIN_INTERFACE={toolchain.plugin_interface()}", str(source),
    ]  # fmt: skip
    recipe = repr(command).encode() + source.read_bytes()
    name = f"tinyts-{sha256(recipe).hexdigest()[:16]}.so"
    target = Path(tempfile.gettempdir(), f"tinyts-{os.getuid()}", name)
    if target.exists():
        return target
    target.parent.mkdir(mode=0o700, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent) as folder:
        built = Path(folder, name)
        toolchain.call([*command, "-o", str(built)])
        os.replace(built, target)
    return target


def main(arguments: Sequence[str] | None = None) -> int:
    """Builds C files, runs them, prints what they print and their counts."""
    parser = CommandParser(
        "python -m tools.emulator.run",
        description="Runs C and assembly files on an emulated Cortex-M and prints how "
        "many instructions ran between TINYTS_COUNT_BEGIN(n) and TINYTS_COUNT_END(n). "
        "Other options go to the C compiler.",
    )
    parser.add_argument("sources", nargs="+", type=Path)
    parser.add_argument("--board", default="mps2_an500")
    parser.add_argument("--keep", type=Path, help="folder of the image and its map")
    parser.add_argument("--debug", action="store_true")
    parsed, flags = parser.parse_known_args(arguments)

    def command() -> int:
        with tempfile.TemporaryDirectory(prefix="tinyts-emulator-") as folder:
            directory = parsed.keep or Path(folder)
            image = build_image(parsed.sources, directory, board(parsed.board), flags)
            done = run_image(image, directory)
        sys.stdout.write(done.stdout.decode(errors="replace"))
        sys.stderr.write(done.stderr)
        for number, count in done.counts.items():
            print(f"count {number}: {count.least} instructions a call"
                  + (f" to {count.most}" if count.most != count.least else "")
                  + f", {count.calls} calls, {count.total} in all")
        return done.exit_code

    return run_command(command, str(parsed.sources[0]), parsed.debug)


if __name__ == "__main__":
    sys.exit(main())
