"""Room in a placed arena that nothing occupies at given steps."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

import numpy as np
import numpy.typing as npt


class Holes:
    """Bytes [low, high) that an owner occupies during steps first..last, as rows.

    Both steps are included; owners are numbers.
    """

    def __init__(self, occupied: Iterable[tuple[int, int, int, int, int]]) -> None:
        numbers = np.array(sorted(occupied), np.int64).reshape(-1, 5)
        self.low, self.high, self.first, self.last, self.owner = numbers.T

    def place(
        self,
        size: int,
        steps: Sequence[int],
        limit: int,
        alignment: int,
        ignored: Collection[int] = (),
    ) -> int | None:
        """The lowest free offset of `size` bytes at all steps; None if none ends by
        `limit`. `steps` ascend; what `ignored` owners occupy counts as free.
        """
        at = np.array(steps, np.int64)
        begins = np.searchsorted(at, self.first)
        alive = begins < np.searchsorted(at, self.last, "right")
        if ignored:
            alive &= ~np.isin(self.owner, list(ignored))
        return _lowest(self.low[alive], self.high[alive], size, limit, alignment)


def _lowest(
    low: npt.NDArray[np.int64],
    high: npt.NDArray[np.int64],
    size: int,
    limit: int,
    alignment: int,
) -> int | None:
    """The lowest aligned offset between intervals that ascend by `low`."""
    ends = np.concatenate([[0], np.maximum.accumulate(high, dtype=np.int64)])
    starts = -(-ends // alignment) * alignment
    fits = starts + size <= np.concatenate([low, [limit]])
    return int(starts[np.argmax(fits)]) if fits.any() else None
