"""The choice of kernels whose constants fit into flash."""

from __future__ import annotations

from dataclasses import dataclass

from xdsl.utils.exceptions import PassFailedException

from lowering.kernel_choice.kernel_variant import Proposal


class FlashError(PassFailedException):
    """The constants do not fit into flash; `needed` is how many bytes they have."""

    def __init__(self, needed: int, budget: int) -> None:
        super().__init__(
            f"choose-kernels: the constants need {needed} bytes of flash at least, "
            f"{budget} are left for them"
        )
        self.needed = needed


@dataclass(frozen=True)
class Choice:
    """A way to compute a layer: a variant, or the portable kernel."""

    proposal: Proposal | None
    instructions: int
    flash: int
    """Bytes."""


def _price(now: Choice, other: Choice) -> float:
    """Instructions that each byte costs which another choice saves."""
    return (other.instructions - now.instructions) / (now.flash - other.flash)


def within(budget: int, layers: list[list[Choice]], others: int = 0) -> list[Choice]:
    """The choice of each layer, so that all together need at most `budget` bytes.

    `others` are the bytes of constants that stay whatever is chosen. Bytes are saved
    where each costs the fewest instructions. FlashError if even the smallest need more.
    """
    chosen = [choices[0] for choices in layers]
    total = others + sum(choice.flash for choice in chosen)
    while total > budget:
        savings = [
            (_price(now, other), i, other)
            for i, (now, choices) in enumerate(zip(chosen, layers, strict=True))
            for other in choices
            if other.flash < now.flash
        ]
        if not savings:
            raise FlashError(total, budget)
        _, index, other = min(savings, key=lambda item: item[:2])
        total += other.flash - chosen[index].flash
        chosen[index] = other
    return chosen
