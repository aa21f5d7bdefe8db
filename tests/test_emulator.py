"""Images for emulated cores: they run, end, fault and are counted exactly."""

from pathlib import Path

import pytest
from support_emulator import needs_emulator

from tools.emulator import toolchain
from tools.emulator.boards import FOLDER, board, read_board
from tools.emulator.image import build_image
from tools.emulator.run import EmulatedRun, main, run_image
from tools.user_errors import UserError

PROGRAM = """
#include <stdint.h>
#include <stdio.h>
#include "tinyts_count.h"

static volatile uint32_t *const ticks = (volatile uint32_t *)0xE000E010;
__attribute__((noinline, noclone)) static void loop(int n) {
    for (int i = 0; i < n; i++) {
        __asm__ volatile("nop");
    }
}

int main(int argc, char **argv) {
    volatile float half = 0.5f;
    char byte = (char)getchar();
    for (int k = 1; k <= 3; k++) {
        TINYTS_COUNT_BEGIN(1);
        loop(100 * k);
        TINYTS_COUNT_END(1);
    }
    TINYTS_COUNT_BEGIN(2);
    __asm__ volatile("nop\\n nop\\n cmp r0, r0\\n it ne\\n movne r0, r0" ::: "cc");
    TINYTS_COUNT_END(2);
    ticks[1] = 0xFFFFFF;
    ticks[2] = 0;
    ticks[0] = 5;
    const uint32_t before = ticks[2];
    TINYTS_COUNT_BEGIN(3);
    loop(100000);
    TINYTS_COUNT_END(3);
    printf("%d %s %c %g %d", argc, argv[1], byte, (double)(half * argc),
           (int)((before - ticks[2]) & 0xFFFFFF));
    return 3;
}
"""


def run_text(
    text: str, folder: Path, name: str = "mps2_an500", *words: str, stdin: bytes = b""
) -> EmulatedRun:
    source = folder / "program.c"
    source.write_text(text)
    image = build_image([source], folder, board(name))
    return run_image(image, folder, words, stdin)


@needs_emulator
@pytest.mark.parametrize(
    ("name", "grain"), [("mps2_an500", 40), ("mps2_an386", 40), ("mps2_an505", 50)]
)
def test_counts_are_exact(name: str, grain: int, tmp_path: Path) -> None:
    """Arguments, stdin, stdout, exit code; counts agree with the core's timer."""
    done = run_text(PROGRAM, tmp_path, name, "word", stdin=b"x")
    assert (done.exit_code, done.stderr) == (3, "")
    argc, word, byte, number, ticks = done.stdout.decode().split()
    assert (argc, word, byte, number) == ("2", "word", "x", "1")
    first, second = done.counts[1].least, done.counts[1].total
    step = (done.counts[1].most - first) // 2
    assert done.counts[1].calls == 3
    assert second == 3 * first + 3 * step
    assert step % 100 == 0
    assert done.counts[2].total == 5, "an instruction that IT skips counts"
    assert abs(done.counts[3].total - grain * int(ticks)) <= 2 * grain


@needs_emulator
def test_a_fault_ends_the_run(tmp_path: Path) -> None:
    done = run_text("int main(void) { __builtin_trap(); }", tmp_path)
    assert done.exit_code == 70
    assert "the emulated core took a fault" in done.stderr


@needs_emulator
def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = tmp_path / "program.c"
    source.write_text(PROGRAM)
    assert main([str(source), "-DUNUSED"]) == 3
    assert "count 2: 5 instructions a call, 1 calls, 5" in capsys.readouterr().out
    source.write_text("int main(void) { return wrong; }")
    assert main([str(source)]) == 1
    err = capsys.readouterr().err
    assert err.startswith("error: arm-none-eabi-gcc: ")
    assert "wrong" in err


def test_what_is_missing_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(UserError, match="apt-get install .*qemu-system-arm"):
        toolchain.require()


def test_every_board_is_valid() -> None:
    for path in FOLDER.glob("*.toml"):
        assert board(path.stem).name == path.stem


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("name = ", "is no board"),
        ('name = "x"', "is no board"),
        ('name = "x"\ncore = "z80"\nclock_hz = 1\n[memory]', "core 'z80'"),
        ('name = "x"\ncore = "cortex-m3"\nclock_hz = 1\n[memory]', "flash and ram"),
    ],
)
def test_wrong_boards(text: str, message: str, tmp_path: Path) -> None:
    path = tmp_path / "x.toml"
    path.write_text(text)
    with pytest.raises(UserError, match=message):
        read_board(path)
    with pytest.raises(UserError, match="mps2_an500"):
        board("no_such_board")
