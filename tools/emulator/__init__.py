"""Bare-metal images for emulated Cortex-M cores: built, run in QEMU, counted."""
