"""What tests on the emulated core share."""

import pytest

from tools.emulator import toolchain

needs_emulator = pytest.mark.skipif(
    toolchain.missing() is not None, reason=str(toolchain.missing())
)
"""Skips a test where cross compiler or QEMU cannot be had, and says why."""
