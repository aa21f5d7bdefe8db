"""choose-kernels: what is chosen, where scratch lies, what is refused."""

import pytest
from support_unit import parse, transformed
from xdsl.utils.exceptions import PassFailedException

from lowering.arena.holes import Holes
from lowering.kernel_choice.flash_choice import Choice, FlashError, within

LAYER = """
#q = #tinyts.quant<0.5 : f32, 0>
tsbuf.arena @sram
func.func @net() {
  %0 = tsbuf.buffer {port = #tsbuf.port<input 0 "x" layer 9 [8] #q>}
   : !tsbuf.buffer<1x2x4xi8>
  %x = tsbuf.rows %0 {starts = [0]} : (!tsbuf.buffer<1x2x4xi8>)
    -> !tsbuf.table<1x2x4xi8>
  %1 = tsbuf.buffer : !tsbuf.buffer<1x2x1xi8>
  %y = tsbuf.rows %1 {starts = [0]} : (!tsbuf.buffer<1x2x1xi8>)
    -> !tsbuf.table<1x2x1xi8>
  %w = tsbuf.constant dense<[[[[1, 2, 3, 4]]]]> : tensor<1x1x1x4xi8>
  %b = tsbuf.constant dense<5> : tensor<1xi32>
  %m = tsbuf.constant dense<1073741824> : tensor<1xi32>
  %s = tsbuf.constant dense<-3> : tensor<1xi32>
  tsbuf.kernel "conv_2d" outs(output = %y [0, 1] : !tsbuf.table<1x2x1xi8>)
    ins(input = %x [0, 1] : !tsbuf.table<1x2x4xi8>)
    constants(weights = %w : tensor<1x1x1x4xi8>, bias = %b : tensor<1xi32>,
              quant.multiplier = %m : tensor<1xi32>, quant.shift = %s : tensor<1xi32>)
    layer 0 params {kernel = {h = 1 : i32, w = 1 : i32}, params = {
      input_offset = 0 : i32, output_offset = 0 : i32,
      stride = {h = 1 : i32, w = 1 : i32}, padding = {h = 0 : i32, w = 0 : i32},
      dilation = {h = 1 : i32, w = 1 : i32},
      activation = {min = MIN : i32, max = 127 : i32}}}
  return
}
"""


def layer(low: int) -> str:
    return LAYER.replace("MIN", str(low))


@pytest.mark.parametrize(("low", "form"), [(-128, "any"), (-7, "clamp"), (0, "clamp")])
def test_a_convolution_becomes_a_stream(low: int, form: str) -> None:
    text = str(transformed(parse(layer(low)), "plan-arena,choose-kernels"))
    assert 'tsbuf.kernel "conv_2d" variant "direct"' in text
    assert f'panel = "panel_1x8_w16_{form}"' in text
    assert "dense<1073741824> : tensor<1xi32>" not in text
    assert transformed(parse(text), "verify-arena")


@pytest.mark.parametrize("target", ["host", "portable"])
def test_other_targets_keep_their_kernels(target: str) -> None:
    placed = transformed(parse(layer(0)), "plan-arena")
    kept = transformed(placed, f"choose-kernels{{target={target}}}")
    assert str(kept) == str(placed)


def test_a_layer_that_lacks_a_field() -> None:
    text = layer(0).replace("stride = {h = 1 : i32, w = 1 : i32}, ", "")
    with pytest.raises(PassFailedException, match="of layer 0 has no field 'stride'"):
        transformed(parse(text), "plan-arena,choose-kernels")
    assert transformed(parse(text), "plan-arena,choose-kernels{target=portable}")


@pytest.mark.parametrize(
    ("pipeline", "message"),
    [
        ("choose-kernels", "run plan-arena first"),
        ("plan-arena,choose-kernels{target=z80}", "'z80' is not one of portable, host"),
    ],
)
def test_errors(pipeline: str, message: str) -> None:
    with pytest.raises(PassFailedException, match=message):
        transformed(parse(layer(0)), pipeline)


def test_flash_takes_the_weights_that_save_most() -> None:
    """Two layers of 100 and 1000 bytes; the second saves more for an instruction."""
    first = [Choice(None, 100, 100), Choice(None, 150, 50)]
    second = [Choice(None, 100, 1000), Choice(None, 200, 500)]
    layers = [first, second]
    assert within(1100, layers) == [first[0], second[0]]
    assert within(1099, layers) == [first[0], second[1]]
    assert within(599, layers) == [first[1], second[1]]
    with pytest.raises(FlashError, match="need 550 bytes of flash at least, 549 are"):
        within(549, layers)


def test_holes() -> None:
    """Bytes 0..7 live at steps 0 and 1, 12..15 at step 1, 8..9 at step 3."""
    holes = Holes([(0, 8, 0, 1, 5), (12, 16, 1, 1, 6), (8, 10, 3, 3, 7)])
    assert holes.place(8, [1], 16, 4, ignored={6}) == 8
    assert holes.place(16, [1], 16, 4, ignored={5, 6}) == 0
    assert holes.place(4, [0], 16, 4) == 8
    assert holes.place(8, [0], 16, 4) == 8
    assert holes.place(8, [1], 16, 4) is None
    assert holes.place(8, [1], 24, 4) == 16
    assert holes.place(4, [0, 1], 16, 4) == 8
    assert holes.place(8, [2], 16, 4) == 0
    assert holes.place(8, [2, 3], 16, 4) == 0
    assert holes.place(4, [0, 3], 16, 4) == 12
    assert holes.place(17, [2], 16, 4) is None
