"""Kernels and generated projects build with CMake, for the host and for Cortex-M."""

import shutil
import subprocess
from pathlib import Path

import pytest
from command_models import classifier
from support_emulator import needs_emulator

from emitc.project import RUNTIME
from tools.compile import main
from tools.emulator.boards import CORE_FLAGS
from tools.emulator.toolchain import COMPILER, call

TOOLCHAIN = RUNTIME / "cmake" / "arm-none-eabi.cmake"

needs_cmake = pytest.mark.skipif(
    shutil.which("cmake") is None, reason="cmake is not installed"
)
slow = pytest.mark.slow


def built_by_cmake(source: Path, build: Path, *options: str) -> str:
    """Builds a project with warnings as errors; what the compiler was told."""
    for command in (
        ["cmake", "-S", source, "-B", build, "-DCMAKE_C_FLAGS=-Werror", *options],
        ["cmake", "--build", build, "--verbose", "--parallel", "2"],
    ):
        done = subprocess.run(command, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@slow
@needs_cmake
@pytest.mark.parametrize("compiler", ["gcc", "clang"])
def test_kernels_for_the_host(compiler: str, tmp_path: Path) -> None:
    if shutil.which(compiler) is None:
        pytest.skip(f"{compiler} is not installed")
    options = [f"-DCMAKE_C_COMPILER={compiler}", "-DCMAKE_BUILD_TYPE=Debug"]
    built_by_cmake(RUNTIME, tmp_path, *options)
    assert (tmp_path / "libtinyts_kernels.a").exists()


@slow
@needs_cmake
@needs_emulator
def test_kernels_for_cortex_m7(tmp_path: Path) -> None:
    text = built_by_cmake(RUNTIME, tmp_path, f"-DCMAKE_TOOLCHAIN_FILE={TOOLCHAIN}")
    assert " -mcpu=cortex-m7 -mthumb -mfpu=fpv5-sp-d16 -mfloat-abi=hard " in text
    assert "-O3" in text


@needs_cmake
@needs_emulator
@pytest.mark.parametrize("core", ["cortex-m7", "cortex-m4", "cortex-m33"])
def test_a_project_for_a_core(core: str, tmp_path: Path) -> None:
    out, build = tmp_path / "out", tmp_path / "build"
    model = classifier(tmp_path / "chain.tflite")
    assert main([str(model), "-o", str(out)]) == 0
    options = [f"-DCMAKE_TOOLCHAIN_FILE={TOOLCHAIN}", f"-DTINYTS_CORE={core}"]
    text = built_by_cmake(out, build, *options)
    assert f"-mcpu={core} " in text
    assert (build / "libchain.a").exists()


@needs_cmake
def test_an_unknown_core(tmp_path: Path) -> None:
    options = [f"-DCMAKE_TOOLCHAIN_FILE={TOOLCHAIN}", "-DTINYTS_CORE=z80"]
    command = ["cmake", "-S", RUNTIME, "-B", tmp_path, *options]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode != 0
    assert "TINYTS_CORE=z80 is not known" in done.stderr


@slow
@needs_emulator
@pytest.mark.parametrize("core", ["cortex-m0plus", "cortex-m3"])
def test_portable_kernels_for_cores_without_dsp(core: str, tmp_path: Path) -> None:
    """Every kernel compiles without the DSP instructions."""
    for source in sorted((RUNTIME / "src").glob("*.[cS]")):
        call([
            COMPILER, *CORE_FLAGS[core], "-std=c99", "-O1", "-Wall", "-Wextra",
            "-Werror", f"-I{RUNTIME / 'include'}", "-c", str(source),
            "-o", str(tmp_path / f"{source.stem}.o"),
        ])  # fmt: skip
