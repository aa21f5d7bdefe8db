"""The host's side of the protocol of MLPerf Tiny."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from tools.firmware.serial_port import SerialPort
from tools.user_errors import UserError

PROMPT = "m-ready"
BYTES_A_COMMAND = 31
"""What MLPerf's runner sends in one `db`."""

ANSWER_SECONDS = 5.0
INFERENCE_SECONDS = 60.0


@dataclass(frozen=True)
class Inference:
    """What `infer` answered."""

    results: list[float]
    iterations: int
    microseconds: int
    """Of all iterations, between the timestamps."""

    @property
    def latency(self) -> str:
        """One line for a person."""
        each = self.microseconds / self.iterations
        return (
            f"latency {each:.1f} us for an inference "
            f"({self.iterations} in {self.microseconds} us, "
            f"{1e6 / each if each else 0:.2f} a second)"
        )


class Device:
    """A board that answers on a serial port."""

    def __init__(self, port: SerialPort) -> None:
        self.port = port
        self._name: str | None = None
        # The first % ends what another host has left unfinished. Prompts of before may
        # still come, so the answer to `name` is where this conversation begins.
        self.port.write(b"%name%")
        while self._name is None:
            line = self._line("name", ANSWER_SECONDS)
            found = re.match(r"m-name-dut-\[([^]]+)\]", line)
            self._name = found[1] if found else None
        self._lines("name", ANSWER_SECONDS)

    @property
    def name(self) -> str:
        """Who answers."""
        return str(self._name)

    def _line(self, command: str, timeout: float) -> str:
        line = self.port.read_line(timeout)
        if line is None:
            raise UserError(
                f"{self.port.path}: no answer to '{command}' within {timeout:g} s"
            )
        return line

    def _lines(self, command: str, timeout: float) -> list[str]:
        """The lines before the next prompt."""
        lines: list[str] = []
        while PROMPT not in (line := self._line(command, timeout)):
            lines += [line] if line else []
        return lines

    def ask(self, command: str, timeout: float = ANSWER_SECONDS) -> list[str]:
        """The lines of the answer without the prompt.

        UserError for a line that says what is wrong, or where no prompt comes.
        """
        self.port.write(f"{command}%".encode())
        lines = self._lines(command, timeout)
        wrong = re.match(r"e-\[(.*)\]", next(iter(lines), ""))
        if wrong:
            raise UserError(f"{self.port.path}: '{command}': {wrong[1]}")
        return lines

    def model(self) -> str:
        """Which model it runs."""
        return _field(self.ask("profile"), r"m-model-\[([^]]+)\]")

    def load(self, data: bytes) -> None:
        """Uploads an input."""
        self.ask(f"db load {len(data)}")
        lines: list[str] = []
        for start in range(0, len(data), BYTES_A_COMMAND):
            lines = self.ask(f"db {data[start : start + BYTES_A_COMMAND].hex()}")
        if "m-load-done" not in lines:
            raise UserError(f"{self.port.path}: the upload did not end: {lines}")

    def stored(self) -> bytes:
        """The upload as the board has it."""
        lines = self.ask("db print")
        return bytes.fromhex(
            "".join(line.removeprefix("m-buffer-").replace("-", "") for line in lines)
        )

    def infer(self, iterations: int = 1, warm_up: int = 0) -> Inference:
        """Runs the model on the upload."""
        lines = self.ask(f"infer {iterations} {warm_up}", INFERENCE_SECONDS)
        laps = [
            int(found[1])
            for line in lines
            if (found := re.match(r"m-lap-us-(\d+)", line))
        ]
        if len(laps) != 2:
            raise UserError(f"{self.port.path}: 'infer' gave {len(laps)} timestamps")
        spent = (laps[1] - laps[0]) % 2**32
        return Inference(_results(lines), iterations, spent)

    def results(self) -> list[float]:
        """The results of the last inference again."""
        return _results(self.ask("results"))

    def layers(self) -> dict[int, int]:
        """Cycles by the number of the tensor, of a profile build."""
        lines = self.ask("layers", ANSWER_SECONDS)
        found = (re.match(r"m-layer-\[(\d+),(\d+)\]", line) for line in lines)
        return {int(match[1]): int(match[2]) for match in found if match}


def _results(lines: Sequence[str]) -> list[float]:
    text = _field(lines, r"m-results-\[([^]]*)\]")
    return [float(word) for word in text.split(",") if word]


def _field(lines: Sequence[str], pattern: str) -> str:
    for line in lines:
        found = re.match(pattern, line)
        if found:
            return found[1]
    raise UserError(f"the board's answer has no {pattern}: {' '.join(lines)}")
