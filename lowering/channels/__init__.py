"""Channels that hold one value whatever the input: found, proven, folded away."""
