// RUN: tinyts-opt %s --split-input-file -o %t.mlir
// RUN: tinyts-opt %s --split-input-file --verify-arena | diff %t.mlir -

// Plans that hold pass and stay as they are.

// Row 1 of the first tensor takes the place of row 0, which is dead; the output takes
// that of the input's first row.
#q = #tinyts.quant<0.5 : f32, 0>
!b = !tsbuf.buffer<1x1x8xi8>
!t = !tsbuf.table<2x1x8xi8>
tsbuf.arena @sram {bytes = 32, alignment = 8}
func.func @net() {
  %in = tsbuf.buffer {offset = 0, port = #tsbuf.port<input 0 "x" layer 0 [2, 1, 8] #q>} : !tsbuf.buffer<2x1x8xi8>
  %x = tsbuf.rows %in {starts = [0]} : (!tsbuf.buffer<2x1x8xi8>) -> !t
  %0 = tsbuf.buffer {offset = 16} : !b
  %1 = tsbuf.buffer {offset = 16} : !b
  %a = tsbuf.rows %0, %1 {starts = [0, 1]} : (!b, !b) -> !t
  %2 = tsbuf.buffer {offset = 24} : !b
  %b = tsbuf.rows %2 {starts = [0]} : (!b) -> !tsbuf.table<1x1x8xi8>
  %out = tsbuf.buffer {offset = 0, port = #tsbuf.port<output 0 "y" layer 3 [8] #q>} : !b
  %y = tsbuf.rows %out {starts = [0]} : (!b) -> !tsbuf.table<1x1x8xi8>
  tsbuf.kernel "k" outs(output = %a [0, 1] : !t) ins(input = %x [0, 1] : !t) layer 1 params {}
  tsbuf.kernel "k" outs(output = %b [0, 1] : !tsbuf.table<1x1x8xi8>) ins(input = %a [0, 1] : !t) layer 2 params {}
  tsbuf.kernel "k" outs(output = %a [1, 2] : !t) ins(input = %x [1, 2] : !t) layer 1 params {}
  tsbuf.kernel "k" outs(output = %y [0, 1] : !tsbuf.table<1x1x8xi8>) ins(input_1 = %b [0, 1] : !tsbuf.table<1x1x8xi8>, input_2 = %a [1, 2] : !t) layer 3 params {}
  return
}

// -----

// Memory of the caller, constants and views of them; nothing in the arena.
#q = #tinyts.quant<0.5 : f32, 0>
!b = !tsbuf.buffer<1x1x4xi8>
!t = !tsbuf.table<1x1x4xi8>
tsbuf.arena @sram {bytes = 0, alignment = 4}
func.func @net() {
  %in = tsbuf.external {port = #tsbuf.port<input 0 "x" layer 0 [2, 2] #q>} : !tsbuf.buffer<1x2x2xi8>
  %view = tsbuf.view %in : !tsbuf.buffer<1x2x2xi8> -> !b
  %x = tsbuf.rows %view {starts = [0]} : (!b) -> !t
  %flash = tsbuf.constant_buffer {value = dense<[1, 2, 3, 4]> : tensor<4xi8>} : !b
  %c = tsbuf.rows %flash {starts = [0]} : (!b) -> !t
  %out = tsbuf.external {port = #tsbuf.port<output 0 "y" layer 1 [4] #q>} : !b
  %y = tsbuf.rows %out {starts = [0]} : (!b) -> !t
  tsbuf.kernel "k" outs(output = %y [0, 1] : !t) ins(input_1 = %x [0, 1] : !t, input_2 = %c [0, 1] : !t) layer 1 params {}
  return
}
