"""`make bench`: baselines, schedules, ratios, the table and what is saved."""

import json
from pathlib import Path

import pytest
from command_models import classifier
from support_emulator import needs_emulator

from tools.bench.__main__ import main
from tools.bench.baselines import Baseline, read_baselines
from tools.bench.measure import Row, options_of
from tools.bench.table import markdown, overhead, summary
from tools.user_errors import UserError

COLUMNS = (
    "model,tflm_instructions,tflm_text_bytes,tflm_rodata_bytes,model_bytes,"
    "tflm_arena_bytes,original_arena_input_out\n"
)


def row(model: str, schedule: str, instructions: int) -> Row:
    return Row(
        model, schedule, macs=500, instructions=instructions, arena_bytes=64,
        stack_bytes=100, flash_bytes=300, differing_bytes=0, tflm_instructions=1000,
        tflm_flash_bytes=600,
    )  # fmt: skip


ROWS = [
    row("a", "limit", 400),
    row("a", "smallest", 420),
    row("a", "none", 400),
    row("a", "height 1", 500),
    row("b", "none", 900),
    Row("b", "smallest", tflm_instructions=1000, error="b.tflite: no"),
]


def test_summary() -> None:
    values = summary(ROWS)
    assert values["none ratio, geometric mean"] == 0.6
    assert values["smallest over unsplit, worst"] == 1.05
    assert values["height 1 over unsplit, geometric mean"] == 1.25
    assert values["flash, worst"] == 0.5
    assert overhead({"none": ROWS[2]}, "limit") is None


def test_markdown() -> None:
    lines = markdown(ROWS, ["compiler 1"]).splitlines()
    assert lines[2].startswith("| a | 1000 | 400 | 0.800 | 0.400 | 420 | 0.840 | 0.42")
    assert lines[3].startswith("| b | 1000 | - | - | - | - | - | - |")
    assert lines[4].startswith("| geometric mean |")
    assert {len(line.split("|")) for line in lines[:5]} == {18}
    assert "* compiler 1" in lines
    assert "* b, smallest: b.tflite: no" in lines


def test_baselines(tmp_path: Path) -> None:
    file = tmp_path / "baselines.csv"
    file.write_text(COLUMNS + "a,1000,1,2,3,50,40\nb,1000,1,2,3,50,\n")
    found = read_baselines(file)
    assert found == {"a": Baseline(1000, 6, 40), "b": Baseline(1000, 6, 50)}
    assert read_baselines(None) == {}
    file.write_text("model,macs\na,3\n")
    with pytest.raises(UserError, match="no file of baselines"):
        read_baselines(file)


def test_schedules() -> None:
    baseline = Baseline(1, 1, 4096)
    limit = options_of("limit", baseline)
    assert limit is not None
    assert (limit.optimize, limit.sram_limit) == ("speed", 4096)
    assert options_of("limit", None) is None
    assert options_of("smallest", None) is not None


@needs_emulator
def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    model = classifier(tmp_path / "chain.tflite")
    file = tmp_path / "b.csv"
    file.write_text(COLUMNS + "chain,1000000,1000,1000,5000,9000,\n")
    words = [str(model), "--baselines", str(file), "-o", str(tmp_path), "--jobs", "1"]
    assert main([*words, "--schedule", "none"]) == 0
    out, _ = capsys.readouterr()
    assert "| chain | 1000000 |" in out
    assert "QEMU" in out
    assert (tmp_path / "bench.md").read_text() == out
    found = json.loads((tmp_path / "bench.json").read_text())
    [only] = found["rows"]
    assert only["instructions"] > 1000
    assert only["differing_bytes"] == 0
    (tmp_path / "chain.tflite").write_bytes(b"nothing")
    assert main([*words, "--schedule", "none"]) == 1
    assert "* chain, none: " in capsys.readouterr().out
