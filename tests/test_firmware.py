"""Firmware: it links for its boards, and answers over the emulated serial port."""

import importlib
import os
import re
import struct
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from command_models import classifier, two_ports
from support_emulator import needs_emulator
from test_variables import ring

from tools.compiler import compile_path
from tools.emulator import toolchain
from tools.emulator.boards import FOLDER, board
from tools.emulator.machine import emulator
from tools.firmware.__main__ import main
from tools.firmware.build import STACK_BYTES, Firmware, build_firmware, memory_script
from tools.firmware.client import Device
from tools.firmware.serial_port import SerialPort, emulated_port
from tools.options import resolve
from tools.oracle import run_oracle
from tools.run import RunRequest, execute
from tools.run_inputs import input_details, random_inputs
from tools.tflite_writer import Quant, TFLiteWriter
from tools.user_errors import UserError

EMULATED = "mps2_an500"
CYCLE = 40
"""Instructions in one cycle of the emulated board's counter."""

RUNNER = os.environ.get("TINYTS_MLPERF_TINY")
"""A checkout of github.com/mlcommons/tiny."""

pytestmark = needs_emulator


def built(
    model: Path, folder: Path, name: str = EMULATED, *, places: str = "external",
    title: str | None = None, upload: str | None = None, profile: bool = False,
) -> Firmware:  # fmt: skip
    """The firmware of an unsplit model."""
    output = "arena" if places == "arena" else "external"
    options = resolve(optimize="none", input=places, output=output)
    program = compile_path(model, options).program
    return build_firmware(program, folder, board(name), title, upload, profile)


@pytest.fixture(scope="module")
def chain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return classifier(tmp_path_factory.mktemp("model") / "chain.tflite")


@pytest.fixture(scope="module")
def elf(chain: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A profile build of the classifier that takes unsigned bytes."""
    folder = tmp_path_factory.mktemp("firmware")
    return built(chain, folder, title="ic01", profile=True).elf


@pytest.fixture(scope="module")
def port(elf: Path) -> Iterator[str]:
    with emulated_port(elf, board(EMULATED)) as path:
        yield path


@pytest.fixture
def device(port: str) -> Iterator[Device]:
    with SerialPort(port) as opened:
        yield Device(opened)


def expected(model: Path, inputs: list[np.ndarray]) -> np.ndarray:
    """TFLite Micro's output bytes, one line a run."""
    output = run_oracle(model, inputs, "tflm").outputs[0]
    return output.reshape(len(output), -1)


def test_inference(chain: Path, device: Device) -> None:
    """Uploads as MLPerf's runner sends them; results as TFLite Micro has them."""
    inputs = random_inputs(input_details(chain), 0, 3)
    assert (device.name, device.model()) == ("tinyts", "ic01")
    for run, bytes_ in zip(expected(chain, inputs), inputs[0], strict=True):
        data = (bytes_.astype(np.int16) + 128).astype(np.uint8).tobytes()
        device.load(data)
        assert device.stored() == data
        found = device.infer(2, 1)
        # SOFTMAX has scale 1/256 and zero point -128.
        assert found.results == [round((int(q) + 128) / 256 + 1e-9, 3) for q in run]
        assert device.results() == found.results


def test_latency_and_layers(chain: Path, device: Device) -> None:
    """The timestamps and the table agree with the emulator's exact counts."""
    inputs = random_inputs(input_details(chain), 0, 1)
    options = resolve(optimize="none")
    counted = execute(RunRequest(chain, options, inputs, machine=emulator()))
    assert counted.measurement is not None
    device.load(bytes(inputs[0].size))
    found = device.infer(10)
    microseconds = counted.measurement.instructions / 1000
    assert abs(found.microseconds / 10 - microseconds) < 0.05 * microseconds + 5
    assert re.match(r"latency [\d.]+ us for an inference \(10 in ", found.latency)
    cycles = device.layers()
    for layer, instructions in counted.measurement.steps.items():
        if layer >= 0:
            assert abs(cycles[layer] * CYCLE - instructions) < 0.1 * instructions + 160


@pytest.mark.parametrize(
    ("command", "answer"),
    [
        ("bake", "e-[Unknown command: bake]"),
        ("db", "e-[Command 'db' requires a subcommand]"),
        ("db load", "e-[Command 'db load' requires the # of bytes]"),
        ("db load 0", "e-[Command 'db load' must be >0 bytes]"),
        ("db load x", "e-[Command 'db load' must be >0 bytes]"),
        ("db load 100000", "e-[Supplied buffer size exceeds maximum of 360]"),
        ("db print x", "e-[Command 'db print' takes a number of bytes and an offset]"),
        ("infer 0", "e-[Inference iterations must be >0]"),
        ("infer x", "e-[Inference iterations must be >0]"),
        ("infer 1 -1", "e-[Inference warmup must be >=0]"),
        ("x" * 300, "e-[Command is too long]"),
        ("db 00", "e-[Command 'db' needs 'db load' before bytes]"),
    ],
)
def test_errors(command: str, answer: str, device: Device) -> None:
    """What is wrong is said, and the next command is understood."""
    device.load(bytes(360))
    with pytest.raises(UserError) as raised:
        device.ask(command)
    assert answer.removeprefix("e-[").removesuffix("]") in str(raised.value)
    assert device.ask("timestamp")[0].startswith("m-lap-us-")


def test_half_an_upload(device: Device) -> None:
    assert device.ask("db load 4") == ["m-[Expecting 4 bytes]"]
    for digits, answer in (("0", "Insufficent"), ("0g", "Invalid hex digit '0g'")):
        with pytest.raises(UserError, match=answer):
            device.ask(f"db {digits}")
    assert device.ask("db 01aB") == []
    with pytest.raises(UserError, match="Input db has 2 bytes, expected 360"):
        device.infer()
    assert device.ask("db fF00ee") == ["m-load-done"], "what is too much is ignored"
    assert device.stored() == bytes([1, 0xAB, 0xFF, 0])
    assert device.ask("db print 2 1") == ["m-buffer-ab-ff"]
    assert device.ask("") == []
    assert len(device.ask("help")) == 2


def test_greeting(elf: Path) -> None:
    """Whoever listens from the start sees the benchmark's greeting."""
    done = toolchain.call([
        "timeout", "--preserve-status", "-s", "INT", "2", toolchain.QEMU,
        "-M", "mps2-an500", "-icount", "shift=0", "-display", "none",
        "-monitor", "none", "-serial", "stdio", "-kernel", str(elf),
    ])  # fmt: skip
    lines = done.split()
    assert lines[0] == "m-timestamp-mode-performance"
    assert lines[1].startswith("m-lap-us-")
    assert lines[2:] == ["m-init-done", "m-ready"]


@pytest.mark.parametrize("places", ["arena", "rows"])
def test_places_of_the_input(places: str, tmp_path: Path) -> None:
    """Two inputs, two outputs, wherever they lie; every inference finds its input."""
    model = two_ports(tmp_path / "ports.tflite")
    inputs = random_inputs(input_details(model), 0, 1)
    outputs = run_oracle(model, inputs, "tflm").outputs
    firmware = built(model, tmp_path / "out", places=places)
    values = [
        round((int(q) - 3) * 0.05, 3) for output in outputs for q in output.reshape(-1)
    ]
    with (
        emulated_port(firmware.elf, board(EMULATED)) as path,
        SerialPort(path) as opened,
    ):
        found = Device(opened)
        found.load(b"".join(array.tobytes() for array in inputs))
        assert found.infer(2).results == pytest.approx(values, abs=2e-3)


def test_autoencoder(tmp_path: Path) -> None:
    """ad01: floats are uploaded, the result is the mean square of the difference."""
    writer = TFLiteWriter()
    x = writer.input("x", shape=(1, 12), scale=0.5, zero_point=3)
    weights = np.random.default_rng(0).integers(-127, 128, (12, 12), np.int8)
    y = writer.fully_connected(
        x, weights=weights, bias=None, weight_scales=[0.002], output=Quant(0.25, -9)
    )
    writer.output(y)
    model = tmp_path / "encoder.tflite"
    model.write_bytes(writer.finish())
    values = np.random.default_rng(1).uniform(-80, 80, 12).astype(np.float32)
    scaled = values / np.float32(0.5) + 3
    rounded = np.where(scaled < 0, np.ceil(scaled - 0.5), np.floor(scaled + 0.5))
    quantized = np.clip(rounded, -128, 127).astype(np.int8)
    output = expected(model, [quantized[None, None]])[0]
    wanted = float(np.mean((values - (output.astype(float) + 9) * 0.25) ** 2))
    firmware = built(model, tmp_path / "out", title="ad01")
    with (
        emulated_port(firmware.elf, board(EMULATED)) as path,
        SerialPort(path) as opened,
    ):
        found = Device(opened)
        found.load(struct.pack("<12f", *values))
        assert found.infer(1).results == pytest.approx([wanted], rel=1e-4)
        with pytest.raises(UserError, match="--profile-layers"):
            found.layers()


def test_nucleo_f767zi(chain: Path, tmp_path: Path) -> None:
    """Vectors at the start of flash, arena in DTCM, no heap and no streams."""
    firmware = built(chain, tmp_path, "nucleo_f767zi", profile=True)
    symbols = {
        name: int(address, 16)
        for address, _, name in map(
            str.split, toolchain.call(["arm-none-eabi-nm", firmware.elf]).splitlines()
        )
    }
    assert firmware.arena_memory == "dtcm"
    dtcm = board("nucleo_f767zi").memory["dtcm"]
    assert symbols["chain_arena"] == dtcm.origin
    assert dtcm.origin < symbols["firmware_stack_top"] <= dtcm.origin + dtcm.size
    assert symbols["firmware_upload"] >= dtcm.origin + dtcm.size
    stack, start = struct.unpack_from("<II", firmware.binary.read_bytes())
    assert stack == symbols["firmware_stack_top"]
    assert start == symbols["firmware_start"] | 1
    text = (tmp_path / "firmware.map").read_text()
    members = re.findall(r"libc\.a\(lib_a-(\w+)\.o\)", text)
    unwanted = r"malloc|calloc|realloc|free|printf|scanf|sbrk|write|read"
    assert not [member for member in members if re.search(unwanted, member)]


def test_a_large_arena_leaves_dtcm() -> None:
    found = board("nucleo_f767zi")
    room = found.memory["dtcm"].size - STACK_BYTES - 8
    assert memory_script(found, room)[0] == "dtcm"
    name, script = memory_script(found, room + 1)
    assert name == "ram"
    assert "ram (rwx) : ORIGIN = 0x20020000, LENGTH = 0x60000" in script
    assert memory_script(board(EMULATED), 1)[0] == "ram"


def test_boards_have_sound_memories() -> None:
    for path in FOLDER.glob("*.toml"):
        dtcm = board(path.stem).memory.get("dtcm")
        ram = board(path.stem).memory["ram"]
        assert dtcm is None or dtcm.origin == ram.origin or (
            dtcm.origin + dtcm.size <= ram.origin
        )


def test_state(tmp_path: Path) -> None:
    """A model with state is reset at the start."""
    model = tmp_path / "ring.tflite"
    model.write_bytes(ring(None).finish())
    folder = built(model, tmp_path / "out").elf.parent
    assert "_reset();" in (folder / "firmware_model.c").read_text()


def test_the_command(
    chain: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["--board", EMULATED, "--optimize", "none", "--profile-layers"]
    assert main(["build", str(chain), "-o", str(tmp_path), *words]) == 0
    assert "arena" in capsys.readouterr().out
    data = tmp_path / "inputs.npy"
    np.save(data, random_inputs(input_details(chain), 0, 1)[0])
    elf = str(tmp_path / "firmware.elf")
    assert main(["drive", "--qemu", elf, "--data", str(data), "--layers"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("tinyts, model chain\nresults ")
    assert re.search(r"latency [\d.]+ us for an inference \(10 in \d+ us", out)
    assert re.search(r"\d  tensor \d+ softmax 'softmax_4'", out)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["drive"], "give either a serial port or --qemu"),
        (["drive", "/dev/null"], "is no serial port"),
        (["drive", "/dev/null", "--baud", "7"], "7 baud"),
        (["drive", "--qemu", "none.elf"], "none.elf"),
        (["build", "none", "-o", "OUT", "--board", "nano_33_ble"], "has no firmware"),
        (["build", "none", "-o", "MODEL"], "is a file; give a directory"),
        (
            ["build", "MODEL", "-o", "OUT", "--mlperf", "ad01"],
            "one input and one output of the same size",
        ),
    ],
)
def test_wrong_commands(
    words: list[str],
    message: str,
    chain: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    places = {"MODEL": str(chain), "OUT": str(tmp_path / "out")}
    assert main([places.get(word, word) for word in words]) == 1
    assert message in capsys.readouterr().err


@pytest.mark.skipif(
    RUNNER is None, reason="TINYTS_MLPERF_TINY names no checkout of mlcommons/tiny"
)
def test_the_runner_of_mlcommons(
    chain: Path, port: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its own device_under_test.py names, loads and infers."""
    pytest.importorskip("serial")
    monkeypatch.syspath_prepend(str(Path(str(RUNNER), "benchmark", "runner")))
    module = importlib.import_module("device_under_test")
    inputs = random_inputs(input_details(chain), 0, 1)
    data = (inputs[0].astype(np.int16) + 128).astype(np.uint8).tobytes()
    with module.DUT(port, 115200) as dut:
        assert dut.get_name() == "tinyts"
        assert dut.get_model() == "ic01"
        assert dut.get_profile() == "ULPMark for tinyML Firmware V0.0.1"
        dut.load(data)
        lines = dut.infer(3, 1)
    sys.modules.pop("device_under_test", None)
    laps = [int(line[9:]) for line in lines if re.match(r"^m-lap-us-([0-9]+)$", line)]
    assert laps[1] > laps[0]
    [results] = [line for line in lines if line.startswith("m-results-[")]
    found = [float(word) for word in results[11:-1].split(",")]
    run = expected(chain, inputs)[0]
    assert found == [round((int(q) + 128) / 256 + 1e-9, 3) for q in run]
