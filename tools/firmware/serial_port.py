"""A serial port, or the pseudo terminal that QEMU gives in its place."""

from __future__ import annotations

import contextlib
import os
import re
import select
import subprocess
import termios
import time
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType

from tools.emulator import toolchain
from tools.emulator.boards import Board
from tools.user_errors import UserError

STARTUP_SECONDS = 10.0


class SerialPort:
    """A terminal device, raw, eight bits, no parity."""

    def __init__(self, path: str, baud: int = 115200) -> None:
        speed = getattr(termios, f"B{baud}", None)
        if speed is None:
            raise UserError(f"{path}: {baud} baud is no speed of a serial port")
        self.path = path
        self.file = os.open(path, os.O_RDWR | os.O_NOCTTY)
        try:
            self._set_raw(speed)
        except termios.error as error:
            os.close(self.file)
            raise UserError(f"{path}: is no serial port: {error}") from None
        self.buffer = b""

    def _set_raw(self, speed: int) -> None:
        control = termios.CS8 | termios.CREAD | termios.CLOCAL
        characters = termios.tcgetattr(self.file)[6]
        attributes = [0, 0, control, 0, speed, speed, characters]
        termios.tcsetattr(self.file, termios.TCSANOW, attributes)
        termios.tcflush(self.file, termios.TCIOFLUSH)

    def __enter__(self) -> SerialPort:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        os.close(self.file)

    def write(self, data: bytes) -> None:
        """Sends all bytes."""
        while data:
            data = data[os.write(self.file, data) :]

    def read_line(self, timeout: float) -> str | None:
        """The next line without its end; None where none comes within `timeout` s.

        UserError where the device is gone.
        """
        end = time.monotonic() + timeout
        while b"\n" not in self.buffer:
            ready, _, _ = select.select(
                [self.file], [], [], max(0.0, end - time.monotonic())
            )
            if not ready:
                return None
            data = os.read(self.file, 4096)
            if not data:
                raise UserError(f"{self.path}: the port was closed")
            self.buffer += data
        line, _, self.buffer = self.buffer.partition(b"\n")
        return line.decode(errors="replace").strip("\r\0")


@contextlib.contextmanager
def emulated_port(elf: Path, board: Board) -> Iterator[str]:
    """Runs a firmware in QEMU; the path of its serial port."""
    toolchain.require()
    if board.qemu is None:
        raise UserError(f"board '{board.name}' is not emulated; mps2_an500 is")
    if not elf.is_file():
        raise UserError(f"{elf}: no such file; build a firmware first")
    command = [
        toolchain.QEMU, "-M", board.qemu, "-icount", "shift=0", "-display", "none",
        "-monitor", "none", "-serial", "pty", "-kernel", str(elf),
    ]  # fmt: skip
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    try:
        yield _announced_port(process)
    finally:
        process.kill()
        process.wait()


def _announced_port(process: subprocess.Popen[str]) -> str:
    """The pseudo terminal that QEMU names when it starts."""
    stream = process.stdout
    if stream is None:
        raise RuntimeError("a process without output")
    ready, _, _ = select.select([stream], [], [], STARTUP_SECONDS)
    line = stream.readline() if ready else ""
    found = re.search(r"(/dev/\S+)", line)
    if found is None:
        raise UserError(f"{toolchain.QEMU}: {line.strip() or 'names no serial port'}")
    return found[1]
