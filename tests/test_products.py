"""MUL's kernel against plain arithmetic: all pairs of int8 values, any multiplier."""

from pathlib import Path

import numpy as np
from support_kernels import Layout, Script

from tinyts_dialect.multipliers import Multiplier, requantize

VALUES = np.arange(-128, 128)
SHIFTS = (-30, -23, -22, -21, -15, -9, -8, -7, -2, -1, 0, 2)
"""On both sides of those for which one rounded product does."""


def test_all_pairs(tmp_path: Path) -> None:
    script = Script(0)
    expected: list[np.ndarray] = []
    shape = (256, 256, 1)
    rows, columns = np.meshgrid(VALUES, VALUES, indexing="ij")
    outputs = []
    for shift in SHIFTS:
        layout = Layout(script.rng)
        a, b, output = (layout.image(shape) for _ in range(3))
        zeros = [script.draw(-128, 127) for _ in range(3)]
        multiplier = script.draw(2**30, 2**31 - 1)
        activation = script.activation()
        memory = script.bytes(layout.bytes)
        memory[a.addresses()] = rows[..., None]
        memory[b.addresses()] = columns[..., None]
        layer = script.layer(
            "mul",
            {
                "input_1": script.tensor(a),
                "input_2": script.tensor(b),
                "output": script.tensor(output),
                "input_1_offset": -zeros[0],
                "input_2_offset": -zeros[1],
                "output_offset": zeros[2],
                "output_quant": {"multiplier": multiplier, "shift": shift},
                "activation": activation,
            },
        )
        script.call(script.trial(memory), "mul", layer, [(0, 256)])
        products = (rows - zeros[0]).astype(np.int64) * (columns - zeros[1])
        scaled = requantize(products, *Multiplier(multiplier, shift)) + zeros[2]
        expected.append(np.clip(scaled, activation["min"], activation["max"]))
        outputs.append(output)
    for after, output, wanted in zip(
        script.run(tmp_path), outputs, expected, strict=True
    ):
        assert (after[output.addresses()][..., 0] == wanted).all()
