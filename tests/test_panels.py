"""Panels of packed convolutions against plain arithmetic, in C and on the core."""

import subprocess
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from support_emulator import needs_emulator
from support_panels import (
    KINDS,
    PanelTrial,
    check,
    panel_trial,
    program,
    sum_trial,
    summed_trial,
)

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
                for runs, length in ((1, 8), (1, 4), (1, 27), (1, 64), (3, 12), (9, 5)):
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
    for kind in KINDS:
        for edges in (False, True):
            for channels, length, pixels in ((4, 8, 4), (7, 4, 3), (9, 16, 1)):
                trial = panel_trial(
                    rng,
                    len(found),
                    bits=16,
                    kind=kind,
                    channels=channels,
                    runs=1,
                    length=length,
                    pixels=pixels,
                    edges=edges,
                    few=True,
                )
                found += [trial] if trial else []
    found += [
        trial
        for i, (channels, length, pixels) in enumerate(
            product((1, 4, 6), (4, 8, 32), (2, 5))
        )
        if (
            trial := panel_trial(
                rng,
                len(found) + i,
                bits=16,
                kind="relu",
                channels=channels,
                runs=1,
                length=length,
                pixels=pixels,
                few=True,
                fixed=True,
            )
        )
    ]
    for kind, channels, runs, length, widened in (
        ("relu", 3, 1, 1200, True),
        ("relu", 8, 1, 1444, True),
        ("relu", 11, 1, 400, False),
        ("relu", 13, 3, 400, False),
        ("linear", 3, 3, 400, False),
        ("clamp", 20, 4, 402, False),
        ("clamp", 8, 1, 403, False),
    ):
        trial = panel_trial(
            rng,
            len(found),
            bits=8,
            kind=kind,
            channels=channels,
            runs=runs,
            length=length,
            pixels=2,
            widened=widened,
            parts=True,
        )
        assert trial is not None
        found.append(trial)
    found += [
        sum_trial(rng, len(found) + i, channels, length)
        for i, (channels, length) in enumerate(((2, 8), (8, 40), (11, 4), (21, 304)))
    ]
    found += [
        summed_trial(
            rng, len(found) + i, bits=bits, kind=kind, channels=channels, words=words
        )
        for i, (bits, kind, channels, words) in enumerate(
            product(
                (16, 8), KINDS, (1, 8, 15), ((1, 1), (4, 8), (8, 3), (7, 20), (33, 9))
            )
        )
    ]
    names = {trial.name.partition("__")[0] for trial in found}
    names |= {"panel_s2x4_w16_sum", "panel_s2x4_w8_sum"}
    relu = {"panel_1x8_relu", "panel_2x4_relu", "panel_d2x4_relu"}
    relu |= {"panel_f2x4_relu", "panel_s2x4_relu"}
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
