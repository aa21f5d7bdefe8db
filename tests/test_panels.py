"""Panels of packed convolutions against plain arithmetic, in C and on the core."""

import subprocess
from pathlib import Path

import numpy as np
import pytest
from support_emulator import needs_emulator
from support_panels import KINDS, PanelTrial, check, panel_trial, program

from emitc.project import RUNTIME
from tools.emulator.boards import board
from tools.emulator.image import build_image
from tools.emulator.run import run_image
from tools.host_run import SANITIZERS, compiler_command

SOURCES = sorted((RUNTIME / "src").glob("panel_*.c"))


@pytest.fixture(scope="module")
def trials() -> list[PanelTrial]:
    """Every kernel with few and many words, channels, runs, and one word more."""
    rng = np.random.default_rng(0)
    found: list[PanelTrial] = []
    for bits in (16, 8):
        for kind in KINDS:
            for edges in (False, True):
                for runs, length in ((1, 8), (1, 4), (1, 27), (1, 64), (3, 12), (9, 4)):
                    for widened in (False, True):
                        trial = panel_trial(
                            rng,
                            len(found),
                            bits=bits,
                            kind=kind,
                            channels=int(rng.integers(1, 21)),
                            runs=runs,
                            length=length,
                            pixels=int(rng.integers(1, 3 if widened else 5)),
                            edges=edges,
                            widened=widened,
                        )
                        found += [trial] if trial else []
    for length in (1200, 1444):
        for channels in (3, 8):
            trial = panel_trial(
                rng,
                len(found),
                bits=8,
                kind="relu",
                channels=channels,
                runs=1,
                length=length,
                pixels=2,
                widened=True,
                parts=True,
            )
            found += [trial] if trial else []
    names = {trial.name.partition("__")[0] for trial in found}
    relu = {"panel_1x8_relu", "panel_2x4_relu"}
    assert names == relu | {path.stem for path in SOURCES}
    return found


def test_in_c(trials: list[PanelTrial], tmp_path: Path) -> None:
    """Also that nothing is read beyond the values."""
    (tmp_path / "trials.c").write_text(program(trials))
    command = [compiler_command(), "-std=gnu99", *SANITIZERS, f"-I{RUNTIME}/include"]
    sources = ["trials.c", *map(str, SOURCES)]
    subprocess.run([*command, *sources, "-o", "trials"], cwd=tmp_path, check=True)
    done = subprocess.run(["./trials"], cwd=tmp_path, capture_output=True, check=True)
    check(done.stdout, trials)


@needs_emulator
def test_on_the_core(trials: list[PanelTrial], tmp_path: Path) -> None:
    (tmp_path / "trials.c").write_text(program(trials))
    image = build_image(
        [tmp_path / "trials.c", *SOURCES],
        tmp_path,
        board("mps2_an500"),
        [f"-I{RUNTIME}/include"],
    )
    run = run_image(image, tmp_path)
    assert run.exit_code == 0, run.stderr
    check(run.stdout, trials)
