// RUN: tinyts-opt %s --split-input-file --verify-arena --verify-diagnostics | filecheck %s

// CHECK: verify-arena: the input overlaps
#q = #tinyts.quant<0.5 : f32, 0>
!b = !tsbuf.buffer<1x1x8xi8>
!t = !tsbuf.table<1x1x8xi8>
tsbuf.arena @sram {bytes = 32, alignment = 4}
func.func @net() {
  %x = tsbuf.buffer {offset = 0, port = #tsbuf.port<input 0 "x" layer 0 [8] #q>} : !b
  %u = tsbuf.buffer {offset = 4, port = #tsbuf.port<input 1 "u" layer 0 [8] #q>} : !b
  return
}

// -----

// The last kernel takes its place.
// CHECK: verify-arena: output 'y' is not complete
#q = #tinyts.quant<0.5 : f32, 0>
!b = !tsbuf.buffer<1x1x8xi8>
!t = !tsbuf.table<1x1x8xi8>
tsbuf.arena @sram {bytes = 32, alignment = 4}
func.func @net() {
  %y = tsbuf.buffer {offset = 0, port = #tsbuf.port<output 0 "y" layer 0 [8] #q>} : !b
  %1 = tsbuf.buffer {offset = 4} : !b
  %a = tsbuf.rows %y {starts = [0]} : (!b) -> !t
  %b = tsbuf.rows %1 {starts = [0]} : (!b) -> !t
  tsbuf.kernel "k" outs(output = %a [0, 1] : !t) layer 7 params {}
  tsbuf.kernel "k" outs(output = %b [0, 1] : !t) layer 8 params {}
  return
}

// -----

// Nothing computes its second row.
// CHECK: verify-arena: output 'y' is not complete
#q = #tinyts.quant<0.5 : f32, 0>
tsbuf.arena @sram {bytes = 0, alignment = 4}
func.func @net() {
  %0 = tsbuf.external {port = #tsbuf.port<output 0 "y" layer 0 [2, 1, 8] #q>} : !tsbuf.buffer<2x1x8xi8>
  %y = tsbuf.rows %0 {starts = [0]} : (!tsbuf.buffer<2x1x8xi8>) -> !tsbuf.table<2x1x8xi8>
  tsbuf.kernel "k" outs(output = %y [0, 1] : !tsbuf.table<2x1x8xi8>) layer 1 params {}
  return
}

// -----

// CHECK: the module has 0 tsbuf.arena and 0 functions, expected one of each
builtin.module {
}
